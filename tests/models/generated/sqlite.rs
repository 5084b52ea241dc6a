#[derive(Debug, sqlx::FromRow)] pub struct Everything {}
#[derive(Debug, sqlx::FromRow)] pub struct StrictType {}
