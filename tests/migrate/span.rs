//! What a service sees of a run through `tracing`.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use alembic_testing::{Kind, TestDatabase};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{chain, migrator};

/// Writes down the spans of this library as they begin.
#[derive(Clone, Default)]
struct Spans(Arc<Mutex<Vec<String>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!(" {field}={value:?}");
    }
}

impl Subscriber for Spans {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("alembic")
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        let mut spans = self.0.lock().expect("the spans");
        spans.push(fields.0);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn each_revision_has_one() {
    let database = TestDatabase::new(Kind::Sqlite).await;
    let spans = Spans::default();
    let _guard = tracing::subscriber::set_default(spans.clone());
    let migrator = migrator(&chain(2));
    migrator.upgrade(database.url.as_str()).await.expect("upgrade");
    migrator.downgrade(database.url.as_str(), "-1").await.expect("downgrade");
    assert_eq!(
        *spans.0.lock().expect("the spans"),
        [
            "revision id=r1 direction=upgrade",
            "revision id=r2 direction=upgrade",
            "revision id=r2 direction=downgrade"
        ]
    );
}
