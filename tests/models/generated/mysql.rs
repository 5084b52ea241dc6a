#[derive(Debug, sqlx::FromRow)] pub struct Everything {}
