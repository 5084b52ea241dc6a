//! Checks the migrations before the service is compiled.

fn main() {
    alembic::build::migrations();
}
