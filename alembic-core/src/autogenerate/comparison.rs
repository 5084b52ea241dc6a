//! The comparison of a database with a desired schema.

use std::borrow::Cow;
use std::collections::HashSet;

use super::declared::Declared;
use super::desired::{
    fill_definitions, fill_unsaid, fill_untold, fill_unusable_keys, name_enums, without_views,
};
use super::names::{adopt_names, call, earlier, not_insisted_on};
use super::normal::normalised;
use super::ownership::{Created, Ownership, desires};
use super::reading::Reading;
use super::reflect::{casts, namespaces};
use super::restated::align_texts;
use super::scratch::Scratch;
use super::settled::fill_references;
use super::{AutogenerateError, Difference};
use crate::dialect::{Namespace, generic};
use crate::models::{Aspect, Declaration, Unread};
use crate::operation::{Operation, Renamed, Side, diff, leave_settings, unwritten, unwritten_settings};
use crate::schema::{Enum, Filter, NamingConvention, ObjectName, Schema, Table, TextObject};
use crate::sql::Dialect;

/// A database and a desired schema, both as the database shows them.
///
/// Once made it needs no database any more: renames can be told to it, and the difference asked for again.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Whose database it is.
    pub dialect: Dialect,
    /// What the database looks like, in its own spelling.
    pub actual: Schema,
    /// What it should look like, as it was given.
    pub desired: Schema,
    /// The actual schema as models would write it.
    generic: Schema,
    /// The desired schema in the spelling of the database.
    normal: Schema,
    /// What gave the desired names that nobody insists on.
    naming: Option<NamingConvention>,
    /// Schemas that are desired and not there.
    missing: Vec<String>,
    /// Which tables are compared.
    ownership: Ownership,
    /// What the source of the desired schema has no words for.
    untold: &'static [Aspect],
    /// Where the source of the desired schema may declare more tables.
    pub unread: Vec<Unread>,
}

/// What is known of whose the tables are.
pub(super) struct Owned {
    pub(super) ownership: Ownership,
    /// What the scripts create.
    pub(super) created: Option<Created>,
    /// Whether the compared database is what the scripts have made.
    pub(super) is_replay: bool,
    /// Texts that begin with names of tables and enums to look at.
    pub(super) mentioned: Vec<String>,
}

/// Compares a database that may have been read already. What it is asked are questions of our own.
pub(super) async fn compare_on(
    reading: &mut Reading,
    scratch: &mut Scratch<'_, '_>,
    declaration: Declaration,
    filter: &Filter,
    owned: Owned,
) -> Result<Comparison, AutogenerateError> {
    let dialect = reading.connection.dialect();
    let declared = Declared::of(reading, scratch, declaration, filter).await?;
    let Declared { schema: mut desired, untold, naming, unread, made, schemas: declared, extensions } =
        declared;
    let mut wanted = schemas_of(dialect, &mut desired);
    wanted.extend(declared);
    let Owned { mut ownership, created, is_replay, mentioned } = owned;
    let mut of_scripts = created.as_ref().map(Created::schemas).unwrap_or_default();
    // Those of MySQL are databases beside the one of a replay, which made nothing there.
    of_scripts.retain(|_| !is_replay || dialect != Dialect::Mysql);
    let mut schemas: Vec<String> = filter.schemas.iter().cloned().chain(earlier_schemas(&desired)).collect();
    let compared = [schemas.as_slice(), &wanted].concat();
    let others = not_compared(&compared, &of_scripts, &mentioned);
    schemas.extend(others.iter().cloned());
    let (namespaces, missing) = namespaces(&reading.namespaces, filter, &wanted, &schemas)?;
    without_default(&mut desired, &namespaces);
    let default = namespaces.iter().find(|own| own.shown.is_none()).map(|own| own.name.clone());
    ownership = owned_by(ownership, created.as_ref(), is_replay.then_some(of_scripts), default.as_deref());
    desired.tables.retain(|table| filter.takes_by_pattern(&table.name));
    desired.tables.sort_by(|a, b| a.name.cmp(&b.name));
    desired.objects.retain(|object| object.table.as_ref().is_none_or(|table| filter.takes_by_pattern(table)));
    if let Some(extensions) = extensions {
        // Those of the compared database were in the scratch database too.
        let is_gone = |name: &String| !extensions.contains(name) && ownership.creates_extension(name);
        desired.objects.retain(|object| object.kind != "extension" || !is_gone(&object.name.name));
    }
    filter.leave_out(&mut desired);
    fill_references(&mut desired);
    let there: Vec<Namespace> =
        namespaces.iter().filter(|own| !missing.contains(&own.name)).cloned().collect();
    let mut actual = reading.schema(&there).await?;
    let connection = &mut reading.connection;
    actual.default = default;
    only_moved(&mut actual, &desired, &others, &mentioned);
    find_earlier(dialect, &mut desired, &actual);
    let all_tables = actual.tables.clone();
    without_views(&mut desired, &actual, untold);
    filter.apply(&mut actual, &desired);
    filter.leave_out(&mut actual);
    if dialect == Dialect::Postgresql {
        name_enums(&mut desired, &actual, &namespaces);
    }
    leave_enums(&mut actual, &all_tables, &desired);
    let mut generic = generic(&actual, dialect);
    fill_untold(&mut desired, &generic, untold, dialect);
    let is_models = naming.is_some() || !untold.is_empty();
    if is_models {
        fill_unsaid(&mut desired, &generic);
        if dialect == Dialect::Sqlite {
            fill_unusable_keys(&mut desired, &generic, filter);
        }
    }
    if let Some(naming) = &naming {
        for table in &mut desired.tables {
            if let Some(found) = earlier(table, &generic) {
                adopt_names(table, found, Some(naming));
            }
        }
    }
    leave_options(filter, &mut desired, &actual);
    let compared = [&generic, &actual, &desired];
    let mut normal = normalised(connection, scratch, &namespaces, (made, compared), !is_models).await?;
    leave_options(filter, &mut normal, &actual);
    // Of what is no table no model says anything, and a file of SQL says all.
    if is_models {
        fill_definitions(&mut normal, &actual, &desired);
        normal.objects.clone_from(&actual.objects);
    } else {
        normal.objects.clone_from(&desired.objects);
        align_texts(connection, scratch, &namespaces, &mut normal, &actual).await?;
    }
    generic.casts = casts(connection, [&actual, &normal]).await?;
    Ok(Comparison { dialect, actual, desired, generic, normal, naming, missing, ownership, untold, unread })
}

impl Comparison {
    /// Tells that something has another name and is the same.
    pub fn rename(&mut self, renamed: &Renamed) {
        for (schema, actual) in [(&mut self.desired, &self.generic), (&mut self.normal, &self.actual)] {
            renamed.apply(schema);
            // Now it is known of what.
            fill_untold(schema, actual, self.untold, self.dialect);
            if self.naming.is_some() || !self.untold.is_empty() {
                fill_unsaid(schema, actual);
            }
        }
    }

    /// What leads from the database to the desired schema.
    #[must_use]
    pub fn difference(&self) -> Difference {
        let [actual, generic] =
            [&self.actual, &self.generic].map(|schema| self.ownership.managed(schema, &self.desired));
        let before = Side { reflected: &actual, written: &generic };
        let normal = self.normal_with_unmanaged();
        let after = Side { reflected: &normal, written: &self.desired };
        let operations = diff(self.dialect, before, after);
        let naming = self.naming.as_ref();
        let kept = naming.map_or_else(Vec::new, |naming| not_insisted_on(&operations, &self.desired, naming));
        if kept.is_empty() {
            return self.made_by(operations, Cow::Borrowed(&self.desired));
        }
        let (mut normal, mut desired) = (normal.into_owned(), self.desired.clone());
        for (table, to, from) in &kept {
            call(&mut normal, table, to, from);
            call(&mut desired, table, to, from);
        }
        let after = Side { reflected: &normal, written: &desired };
        let operations = diff(self.dialect, before, after);
        self.made_by(operations, Cow::Owned(desired))
    }

    /// The tables that are left alone, because nothing desires them and no revision creates them.
    #[must_use]
    pub fn unmanaged(&self) -> Vec<&ObjectName> {
        let names = self.actual.tables.iter().map(|table| &table.name);
        names.filter(|name| !self.ownership.manages(name, &self.desired)).collect()
    }

    /// Objects other than tables that are left alone: no revision creates them, or the source has no objects of that kind.
    #[must_use]
    pub fn unmanaged_objects(&self) -> Vec<&TextObject> {
        let others = self.actual.objects.iter().filter(|object| !self.is_kept(object));
        let is_alone = |object: &&TextObject| object.kind != "enum" && object.table.is_none();
        others.filter(is_alone).collect()
    }

    /// What is desired and differs, and no operation of ours leads to: a person has to write it.
    #[must_use]
    pub fn unwritten(&self) -> Vec<String> {
        let normal = self.normal_with_unmanaged();
        let objects = unwritten(self.dialect, &self.actual.objects, &normal.objects);
        let tables = normal.tables.iter().filter_map(|table| Some((self.actual.table(&table.name)?, table)));
        let settings = tables.flat_map(|(found, table)| {
            let names = unwritten_settings(&found.options, &table.options);
            names.into_iter().map(|name| format!("table option {name} of {}", table.name))
        });
        objects.iter().map(ToString::to_string).chain(settings).collect()
    }

    /// Whether an object is desired, or nobody else's.
    fn is_kept(&self, object: &TextObject) -> bool {
        self.is_told(object)
            && (self.normal.objects.iter().any(|other| other.is(object))
                || self.ownership.manages_object(object, &self.desired))
    }

    /// Whether the source tells of such objects: a dump of MySQL has no routines and no events unless it is asked for them.
    fn is_told(&self, object: &TextObject) -> bool {
        let is_routine = |object: &TextObject| {
            matches!(object.kind.as_str(), "function" | "procedure" | "package" | "package body")
        };
        match object.kind.as_str() {
            "event" => self.normal.objects.iter().any(|other| other.kind == "event"),
            // It stays as it is when its table is renamed.
            "sequence option" if object.name.name.ends_with(" NAME") => {
                self.normal.objects.iter().any(|other| other.is(object))
            }
            _ if is_routine(object) && self.dialect == Dialect::Mysql => {
                self.normal.objects.iter().any(is_routine)
            }
            _ => true,
        }
    }

    /// The desired schema with the objects that are left alone.
    fn normal_with_unmanaged(&self) -> Cow<'_, Schema> {
        let mut left = self.actual.objects.iter().filter(|object| !self.is_kept(object)).peekable();
        if left.peek().is_none() {
            return Cow::Borrowed(&self.normal);
        }
        let mut normal = self.normal.clone();
        normal.objects.extend(left.cloned());
        Cow::Owned(normal)
    }

    /// The difference that these operations make, after missing schemas are created.
    fn made_by(&self, mut operations: Vec<Operation>, after: Cow<'_, Schema>) -> Difference {
        let missing = self.missing.iter().cloned();
        operations.splice(0..0, missing.map(|name| Operation::CreateSchema { name }));
        if operations.is_empty() {
            return Difference::new(self.dialect, operations, &Schema::default(), Schema::default());
        }
        let mut after = after.into_owned();
        after.objects.clone_from(&self.normal_with_unmanaged().objects);
        Difference::new(self.dialect, operations, &self.generic, after)
    }

    /// The actual schema as models would write it.
    pub(super) fn generic(&self) -> &Schema {
        &self.generic
    }
}

/// Leaves alone enums that are not desired and that no table uses which is compared, or one does that is not.
fn leave_enums(actual: &mut Schema, all_tables: &[Table], desired: &Schema) {
    let uses = |table: &Table, name: &ObjectName| {
        table.columns.iter().any(|column| column.type_.enum_name() == Some(name))
    };
    let (compared, left): (Vec<Enum>, Vec<Enum>) =
        std::mem::take(&mut actual.enums).into_iter().partition(|own| {
            let is_used = actual.tables.iter().any(|table| uses(table, &own.name));
            let is_used_elsewhere =
                all_tables.iter().any(|table| actual.table(&table.name).is_none() && uses(table, &own.name));
            desires(desired, own) || (is_used && !is_used_elsewhere)
        });
    actual.enums = compared;
    actual.objects.extend(left.into_iter().map(|own| TextObject {
        definition: Some(own.values.join(", ")),
        ..TextObject::new("enum", own.name)
    }));
}

/// Takes from the actual tables the options that `unmanaged` leaves alone.
fn leave_options(filter: &Filter, desired: &mut Schema, actual: &Schema) {
    for table in &mut desired.tables {
        let Some(found) = earlier(table, actual) else { continue };
        let leaves = |option: &str| filter.leaves("table option", Some(&found.name), option);
        leave_settings(&found.options, &mut table.options, leaves);
    }
}

/// The schemas that the desired tables are in. On SQLite, which has none, they are left out of the names.
fn schemas_of(dialect: Dialect, desired: &mut Schema) -> Vec<String> {
    let mut wanted = Vec::new();
    if dialect == Dialect::Sqlite {
        for_names(desired, |name| name.schema = None);
    }
    // A schema that is only referred to belongs to others.
    let tables = desired.tables.iter().map(|table| &table.name);
    let names = tables.chain(desired.enums.iter().map(|own| &own.name));
    for schema in names.filter_map(|name| name.schema.as_ref()) {
        if !wanted.contains(schema) {
            wanted.push(schema.clone());
        }
    }
    wanted
}

/// Whose tables count: what a replay has made, in these schemas too, is made by the scripts.
fn owned_by(
    ownership: Ownership,
    created: Option<&Created>,
    replayed: Option<Vec<String>>,
    default: Option<&str>,
) -> Ownership {
    match (replayed, created) {
        (Some(schemas), _) => ownership.of_schemas(schemas),
        (None, Some(created)) => ownership.of_scripts(created, default),
        (None, None) => ownership,
    }
}

/// The schemas of scripts, and of names that are mentioned, that are not compared.
fn not_compared(compared: &[String], of_scripts: &[String], mentioned: &[String]) -> Vec<String> {
    let of_mentioned = mentioned.iter().filter_map(|text| Some(text.split_once('.')?.0.trim().to_owned()));
    let others = of_scripts.iter().cloned().chain(of_mentioned);
    others.filter(|own| !compared.contains(own)).collect()
}

/// Of schemas that are not compared, leaves only tables and enums that are mentioned, or that scripts may have put there and that
/// may have moved: something of that name is desired elsewhere and missing.
fn only_moved(actual: &mut Schema, desired: &Schema, others: &[String], mentioned: &[String]) {
    let is_other = |name: &ObjectName| name.schema.as_ref().is_some_and(|schema| others.contains(schema));
    let new: HashSet<&String> = (desired.tables.iter().map(|table| &table.name))
        .filter(|name| actual.table(name).is_none())
        .chain(desired.enums.iter().map(|own| &own.name))
        .map(|name| &name.name)
        .collect();
    let is_mentioned = |name: &ObjectName| {
        let rest =
            |text: &String| Some(text.trim_start().strip_prefix(&name.to_string())?.trim_start().to_owned());
        mentioned.iter().filter_map(rest).any(|rest| rest.is_empty() || rest.starts_with(['.', '=']))
    };
    let may_have_moved =
        |name: &ObjectName| !is_other(name) || new.contains(&name.name) || is_mentioned(name);
    actual.tables.retain(|table| may_have_moved(&table.name));
    actual.enums.retain(|own| may_have_moved(&own.name));
    // What is on these tables may be in the way.
    let tables = &actual.tables;
    let is_kept = |name: &ObjectName| tables.iter().any(|table| table.name == *name);
    actual.objects.retain(|object| {
        !is_other(&object.name)
            || object.table.as_ref().is_some_and(is_kept)
            || object.uses.iter().any(|used| is_kept(&used.table))
    });
}

/// The schemas that something desired is said to come from.
fn earlier_schemas(desired: &Schema) -> impl Iterator<Item = String> {
    let tables = desired.tables.iter().filter_map(|table| table.renamed_from.as_ref());
    let names = tables.chain(desired.enums.iter().filter_map(|own| own.renamed_from.as_ref()));
    names.filter_map(|name| name.schema.clone())
}

/// Finds what earlier names mean. One that is not there may have the point in it that looked like that behind a schema.
fn find_earlier(dialect: Dialect, desired: &mut Schema, actual: &Schema) {
    let find = |name: &ObjectName, from: &mut ObjectName, has: &dyn Fn(&ObjectName) -> bool| {
        let whole = ObjectName { schema: name.schema.clone(), name: from.to_string() };
        if !has(from) && has(&whole) {
            *from = whole;
        } else if dialect == Dialect::Sqlite {
            from.schema = None;
        }
    };
    for table in &mut desired.tables {
        let has = |name: &ObjectName| actual.table(name).is_some();
        table.renamed_from.iter_mut().for_each(|from| find(&table.name, from, &has));
    }
    for own in &mut desired.enums {
        let has = |name: &ObjectName| actual.enums.iter().any(|own| own.name == *name);
        own.renamed_from.iter_mut().for_each(|from| find(&own.name, from, &has));
    }
}

/// Leaves out of names the schema that is the default one.
fn without_default(desired: &mut Schema, namespaces: &[Namespace]) {
    let default = namespaces.iter().find(|own| own.shown.is_none()).map(|own| own.name.clone());
    let change = |name: &mut ObjectName| {
        name.schema.take_if(|schema| Some(&*schema) == default.as_ref());
    };
    for_names(desired, change);
    desired.tables.iter_mut().filter_map(|table| table.renamed_from.as_mut()).for_each(change);
    desired.enums.iter_mut().filter_map(|own| own.renamed_from.as_mut()).for_each(change);
}

/// The names of all tables and enums, where they are defined and where they are referred to.
fn for_names(schema: &mut Schema, mut change: impl FnMut(&mut ObjectName)) {
    schema.enums.iter_mut().for_each(|own| change(&mut own.name));
    for table in &mut schema.tables {
        change(&mut table.name);
        table.foreign_keys.iter_mut().for_each(|key| change(&mut key.references));
        for column in &mut table.columns {
            if let Some(name) = column.type_.enum_name_mut() {
                change(name);
            }
        }
    }
}
