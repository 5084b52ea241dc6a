//! What is lost when an operation is carried out.

use std::fmt;

use super::Operation;
use crate::schema::{Column, Type};

/// Data that an operation loses, or may lose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The place of the operation among all.
    pub operation: usize,
    /// What is lost.
    pub what: String,
}

impl fmt::Display for Loss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.what)
    }
}

impl Loss {
    /// All that these operations lose.
    #[must_use]
    pub fn all(operations: &[Operation]) -> Vec<Loss> {
        let losses = operations.iter().enumerate();
        losses.filter_map(|(operation, own)| Some(Loss { operation, what: own.loss()? })).collect()
    }
}

impl Operation {
    /// What is lost, if something is.
    #[must_use]
    pub fn loss(&self) -> Option<String> {
        match self {
            Operation::DropTable(table) => Some(format!("drops the table {} with all its rows", table.name)),
            // What is computed can be computed again.
            Operation::DropColumn { table, column } if column.generated.is_none() => {
                Some(format!("drops the column {table}.{}", column.name))
            }
            Operation::AlterColumn { table, before, after, .. } if !keeps_values(before, after) => {
                let Column { name, .. } = after.as_ref();
                Some(format!("the new type of {table}.{name} may not hold what is in it"))
            }
            Operation::ChangeEnum(change) if !change.removed().is_empty() => {
                let removed = change.removed().join("`, `");
                Some(format!("the enum {} loses `{removed}`", change.after.name))
            }
            Operation::DropObject(object) if object.kind == "partition" => {
                Some(format!("drops the partition {} with all its rows", object.name))
            }
            _ => None,
        }
    }
}

fn keeps_values(before: &Column, after: &Column) -> bool {
    before.type_ == after.type_ || widens(&before.type_, &after.type_)
}

/// The integers by the number of values on either side of zero.
fn integer_bits(type_: &Type) -> Option<(u8, u8)> {
    Some(match type_ {
        Type::TinyInteger => (7, 7),
        Type::SmallInteger => (15, 15),
        Type::Integer => (31, 31),
        Type::BigInteger => (63, 63),
        Type::UnsignedTinyInteger => (0, 8),
        Type::UnsignedSmallInteger => (0, 16),
        Type::UnsignedInteger => (0, 32),
        Type::UnsignedBigInteger => (0, 64),
        _ => return None,
    })
}

/// Whether each value of a type is one of the other.
fn widens(before: &Type, after: &Type) -> bool {
    if let Type::Worded { type_, .. } = before {
        return widens(type_, after);
    }
    if let Type::Worded { type_, .. } = after {
        return widens(before, type_);
    }
    if let (Some(old), Some(new)) = (integer_bits(before), integer_bits(after)) {
        return old.0 <= new.0 && old.1 <= new.1;
    }
    let is_text = |type_: &Type| matches!(type_, Type::Text);
    match (before, after) {
        // Whatever it is can be written down, but for bytes.
        (Type::Bytes | Type::Varbinary(_) | Type::Sql(_), Type::Text) => false,
        (_, after) if is_text(after) => true,
        (Type::Varchar(old) | Type::Char(old), Type::Varchar(new)) => old <= new,
        (Type::Char(old), Type::Char(new)) => old <= new,
        (Type::Varbinary(old), Type::Varbinary(new)) => old <= new,
        (Type::Varbinary(_), Type::Bytes) => true,
        (Type::Real, Type::Double) => true,
        (Type::Date, Type::Timestamp | Type::TimestampTz) => true,
        (Type::Timestamp, Type::TimestampTz) | (Type::TimestampTz, Type::Timestamp) => true,
        (Type::Decimal { .. }, Type::Decimal { precision: None, .. }) => true,
        (
            Type::Decimal { precision: Some(old), scale: old_scale },
            Type::Decimal { precision: Some(new), scale: new_scale },
        ) => {
            let (old_scale, new_scale) = (old_scale.unwrap_or(0), new_scale.unwrap_or(0));
            old_scale <= new_scale && old.saturating_sub(old_scale) <= new.saturating_sub(new_scale)
        }
        (old, Type::Decimal { precision, scale }) => match (integer_digits(old), precision) {
            (Some(_), None) => true,
            (Some(digits), Some(precision)) => digits <= precision.saturating_sub(scale.unwrap_or(0)),
            (None, _) => false,
        },
        // An `f64` holds the integers of 53 bits, an `f32` those of 24.
        (old, Type::Double) => integer_digits(old).is_some_and(|digits| digits <= 15),
        (old, Type::Real) => integer_digits(old).is_some_and(|digits| digits <= 7),
        _ => false,
    }
}

fn integer_digits(type_: &Type) -> Option<u32> {
    let (negative, positive) = integer_bits(type_)?;
    // The digits of 2^bits.
    Some(u32::from(negative.max(positive)) * 30103 / 100_000 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_types_keep_all_values() {
        let decimal = |precision, scale| Type::Decimal { precision: Some(precision), scale: Some(scale) };
        let check = |before: Type, after: Type, expected: bool| {
            assert_eq!(widens(&before, &after), expected, "{before:?} to {after:?}");
        };
        check(Type::Integer, Type::BigInteger, true);
        check(Type::BigInteger, Type::Integer, false);
        check(Type::UnsignedInteger, Type::Integer, false);
        check(Type::UnsignedInteger, Type::BigInteger, true);
        check(Type::Integer, Type::UnsignedBigInteger, false);
        check(Type::Integer, Type::Text, true);
        check(Type::Text, Type::Integer, false);
        check(Type::Bytes, Type::Text, false);
        check(Type::Varchar(10), Type::Varchar(20), true);
        check(Type::Varchar(20), Type::Varchar(10), false);
        check(Type::Char(5), Type::Varchar(5), true);
        check(Type::Varchar(5), Type::Char(5), false);
        check(decimal(10, 2), decimal(12, 2), true);
        check(decimal(10, 2), decimal(10, 4), false);
        check(decimal(10, 2), Type::Decimal { precision: None, scale: None }, true);
        check(Type::Integer, decimal(10, 0), true);
        check(Type::Integer, decimal(9, 0), false);
        check(Type::Integer, Type::Double, true);
        check(Type::BigInteger, Type::Double, false);
        check(Type::SmallInteger, Type::Real, true);
        check(Type::Integer, Type::Real, false);
        check(Type::Double, Type::Real, false);
        check(Type::Boolean, Type::Integer, false);
        check(Type::Sql("citext".into()), Type::Text, false);
    }
}
