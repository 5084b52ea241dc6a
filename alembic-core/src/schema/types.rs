//! Types of columns.

use serde::{Deserialize, Serialize};

use super::ObjectName;

/// The type of a column.
///
/// Models say what they mean, and each dialect has its own word for it. A reflected column has what the database says, in
/// the database's own spelling: [`Type::Sql`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Type {
    /// True or false.
    Boolean,
    /// An integer of 8 bits.
    TinyInteger,
    /// An integer of 16 bits.
    SmallInteger,
    /// An integer of 32 bits.
    Integer,
    /// An integer of 64 bits.
    BigInteger,
    /// An integer of 8 bits that is never negative.
    UnsignedTinyInteger,
    /// An integer of 16 bits that is never negative.
    UnsignedSmallInteger,
    /// An integer of 32 bits that is never negative.
    UnsignedInteger,
    /// An integer of 64 bits that is never negative.
    UnsignedBigInteger,
    /// A binary floating-point number of 32 bits.
    Real,
    /// A binary floating-point number of 64 bits.
    Double,
    /// A decimal number: digits in all, and digits after the point.
    #[expect(missing_docs, reason = "said above")]
    Decimal { precision: Option<u32>, scale: Option<u32> },
    /// Text of any length.
    Text,
    /// Text of at most so many characters.
    Varchar(u32),
    /// Text of exactly so many characters.
    Char(u32),
    /// Bytes of any length.
    Bytes,
    /// Bytes: at most so many.
    Varbinary(u32),
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A date and time without time zone.
    Timestamp,
    /// A moment: a date and time with time zone.
    TimestampTz,
    /// A span of time.
    Interval,
    /// A UUID.
    Uuid,
    /// JSON; binary where the database has that.
    Json,
    /// PostgreSQL: an array.
    Array(Box<Type>),
    /// An enum of the schema.
    Enum(ObjectName),
    /// The words of a database, as they are.
    Sql(String),
    /// A type that some databases have other words for than the usual ones.
    Worded {
        /// The type.
        #[serde(rename = "type")]
        type_: Box<Type>,
        /// The words of SQLite, where they are others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sqlite: Option<String>,
        /// The words of PostgreSQL, where they are others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        postgresql: Option<String>,
        /// The words of MySQL, where they are others.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mysql: Option<String>,
    },
}

impl Type {
    /// Whether it is an integer, of any size.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        matches!(
            self,
            Type::TinyInteger
                | Type::SmallInteger
                | Type::Integer
                | Type::BigInteger
                | Type::UnsignedTinyInteger
                | Type::UnsignedSmallInteger
                | Type::UnsignedInteger
                | Type::UnsignedBigInteger
        )
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Type::Real | Type::Double | Type::Decimal { .. })
    }

    /// The enum that it is, or is an array of.
    #[must_use]
    pub fn enum_name(&self) -> Option<&ObjectName> {
        match self {
            Type::Enum(name) => Some(name),
            Type::Array(type_) | Type::Worded { type_, .. } => type_.enum_name(),
            _ => None,
        }
    }

    /// The enum that it is, or is an array of, to be called otherwise.
    pub fn enum_name_mut(&mut self) -> Option<&mut ObjectName> {
        match self {
            Type::Enum(name) => Some(name),
            Type::Array(type_) | Type::Worded { type_, .. } => type_.enum_name_mut(),
            _ => None,
        }
    }
}

/// A cast that a PostgreSQL server has between two of its types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The type that is converted, in the words of the server, without length and precision.
    pub from: String,
    /// The type that it is converted to.
    pub to: String,
    /// Whether the server converts a column by it without `USING`.
    pub is_automatic: bool,
}
