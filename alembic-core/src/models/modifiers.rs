//! Attributes that change the type of a column: its length, its precision, the words of a database.

use super::ModelProblem;
use crate::schema::Type;

/// Attributes that change the type of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modifiers {
    /// `length = 80`
    pub length: Option<u32>,
    /// `precision = 10`
    pub precision: Option<u32>,
    /// `scale = 2`
    pub scale: Option<u32>,
    /// `type(sqlite = "…")`
    pub sqlite: Option<String>,
    /// `type(postgresql = "…")`
    pub postgresql: Option<String>,
    /// `type(mysql = "…")`
    pub mysql: Option<String>,
}

impl Modifiers {
    /// The type with a length, a precision and a scale, and with the words of databases.
    pub(super) fn apply(&self, type_: Type) -> Result<Type, ModelProblem> {
        let type_ = self.size(type_)?;
        let Modifiers { sqlite, postgresql, mysql, .. } = self;
        if sqlite.is_none() && postgresql.is_none() && mysql.is_none() {
            return Ok(type_);
        }
        Ok(Type::Worded {
            type_: Box::new(type_),
            sqlite: sqlite.clone(),
            postgresql: postgresql.clone(),
            mysql: mysql.clone(),
        })
    }

    fn size(&self, type_: Type) -> Result<Type, ModelProblem> {
        let Modifiers { length, precision, scale, .. } = *self;
        match (type_, length) {
            (Type::Array(element), _) => Ok(Type::Array(Box::new(self.size(*element)?))),
            (Type::Text | Type::Varchar(_), Some(length)) => self.no_precision(Type::Varchar(length)),
            (Type::Char(_), Some(length)) => self.no_precision(Type::Char(length)),
            (Type::Bytes | Type::Varbinary(_), Some(length)) => self.no_precision(Type::Varbinary(length)),
            (type_, Some(_)) => Err(ModelProblem::WrongType { attribute: "length", type_ }),
            (Type::Varchar(0) | Type::Char(0) | Type::Varbinary(0), None) => {
                Err(ModelProblem::Attribute { reason: "this type needs a length: `length = 80`".into() })
            }
            (Type::Decimal { .. }, None) if scale.is_some() && precision.is_none() => {
                Err(ModelProblem::Attribute { reason: "`scale` needs `precision`".into() })
            }
            (Type::Decimal { precision: None, .. }, None) => Ok(Type::Decimal { precision, scale }),
            (type_, None) => self.no_precision(type_),
        }
    }

    fn no_precision(&self, type_: Type) -> Result<Type, ModelProblem> {
        match (self.precision, self.scale) {
            (Some(_), _) => Err(ModelProblem::WrongType { attribute: "precision", type_ }),
            (_, Some(_)) => Err(ModelProblem::WrongType { attribute: "scale", type_ }),
            (None, None) => Ok(type_),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_goes_with_text_and_bytes() {
        let modifiers =
            |length, precision, scale| Modifiers { length, precision, scale, ..Modifiers::default() };
        let cases = [
            (Type::Text, modifiers(Some(80), None, None), "Varchar(80)"),
            (Type::Bytes, modifiers(Some(32), None, None), "Varbinary(32)"),
            (Type::Char(0), modifiers(Some(2), None, None), "Char(2)"),
            (Type::Array(Box::new(Type::Text)), modifiers(Some(9), None, None), "Array(Varchar(9))"),
            (
                Type::Decimal { precision: None, scale: None },
                modifiers(None, Some(9), Some(2)),
                "Decimal { precision: Some(9), scale: Some(2) }",
            ),
            (Type::Integer, modifiers(None, None, None), "Integer"),
            (
                Type::Integer,
                modifiers(Some(1), None, None),
                "`length` does not go with a column of type integer",
            ),
            (
                Type::Sql("citext".into()),
                modifiers(Some(1), None, None),
                "`length` does not go with a column of type \"citext\"",
            ),
            (
                Type::Text,
                modifiers(Some(9), Some(1), None),
                "`precision` does not go with a column of type varchar(9)",
            ),
            (Type::Date, modifiers(None, None, Some(1)), "`scale` does not go with a column of type date"),
            (Type::Varchar(0), modifiers(None, None, None), "this type needs a length: `length = 80`"),
            (
                Type::Decimal { precision: None, scale: None },
                modifiers(None, None, Some(2)),
                "`scale` needs `precision`",
            ),
        ];
        for (type_, modifiers, expected) in cases {
            let shown = match modifiers.apply(type_) {
                Ok(type_) => format!("{type_:?}"),
                Err(problem) => problem.to_string(),
            };
            assert_eq!(shown, expected);
        }
    }
}
