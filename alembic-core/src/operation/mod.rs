//! What can be done to a database, as plain data: operations, what undoes them, and the difference of two schemas as
//! operations in an order that works. Knows no SQL but expressions, and runs nothing.

mod canonical;
mod diff;
mod fill;
mod inverse;
mod loss;
mod objects;
#[expect(
    clippy::module_inception,
    reason = "the type that the room is about stands in the file of that name"
)]
mod operation;
mod probable;
mod settings;

#[cfg(feature = "driver")]
pub(crate) use canonical::drop_key_indexes;
pub use diff::{Side, diff};
#[cfg(feature = "driver")]
pub(crate) use diff::{for_expressions, has_collation};
pub(crate) use fill::is_unfilled;
pub use inverse::inverse;
pub use loss::Loss;
pub use objects::unwritten;
#[cfg(feature = "driver")]
pub(crate) use objects::{
    before_tables, freed_on_the_way_back, goes_along, is_equal, rename, replacement, touched,
};
pub use operation::{Constraint, EnumChange, EnumColumn, EnumDependent, Fill, Key, Operation, ValueStep};
pub use probable::{ProbableRename, Renamed, probable_renames};
#[cfg(feature = "driver")]
pub(crate) use settings::leave_settings;
pub use settings::{changed_settings, unwritten_settings};
