//! Templates of scripts: `[templates]` in alembic.toml, in the language of Jinja.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;
use std::fmt;
use std::sync::Arc;

use alembic_core::cli::print_names;
use alembic_core::revision::{Revision, nearest};
use alembic_core::script::{NewScript, Script, ScriptErrors};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use crate::error::Failure;
use crate::file;
use crate::project::Project;

/// The template that is used where none is named. The built-in one has this name too.
const DEFAULT: &str = "default";

/// What a template can say: Alembic's names, and the two parts of the built-in one.
const VARIABLES: [&str; 9] = [
    "message",
    "up_revision",
    "down_revision",
    "branch_labels",
    "depends_on",
    "tags",
    "create_date",
    "header",
    "sections",
];

/// The text of a new script, made by the template of this name.
pub(crate) fn text(project: &Project, name: Option<&str>, script: &NewScript) -> Result<String, Failure> {
    let name = name.unwrap_or(DEFAULT);
    let Some(path) = project.config.templates.get(name) else {
        if name != DEFAULT {
            return Err(unknown(project, name));
        }
        let text = script.text();
        if script.sections != NewScript::EMPTY {
            // A value that was told may be no SQL.
            readable(project, "(generated)", &text).map_err(|failure| {
                failure.print();
                Failure::new(
                    "what was generated is no script; nothing was written",
                    "look at the values of `--fill`",
                )
            })?;
        }
        return Ok(text);
    };
    let source = read(project, name, path)?;
    let mut text = render(project, name, &source, script).map_err(|error| mistake(project, &error))?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    check(project, (name, path), &text, &script.revision)?;
    if script.sections != NewScript::EMPTY && !text.contains(script.sections.trim_end()) {
        return Err(Failure::new(
            format!("the template `{name}` ({path}) leaves out what was generated"),
            "it needs `{{ sections }}`; nothing was written",
        ));
    }
    Ok(text)
}

/// Prints the templates, each with the comment that its file begins with.
pub(crate) fn list(project: &Project) -> Result<(), Failure> {
    let templates = &project.config.templates;
    let built_in = (!templates.contains_key(DEFAULT)).then_some((DEFAULT, "(built in)", String::new()));
    let described = templates.iter().map(|(name, path)| {
        let source = file::read_to_string(project.folder.join(path));
        let description = match &source {
            Ok(source) => description(source).to_owned(),
            Err(error) => format!("cannot be read: {error}"),
        };
        (name.as_str(), path.as_str(), description)
    });
    let lines: Vec<_> = built_in.into_iter().chain(described).collect();
    let width = |of: fn(&(&str, &str, String)) -> usize| lines.iter().map(of).max().unwrap_or(0);
    let (names, paths) = (width(|line| line.0.chars().count()), width(|line| line.1.chars().count()));
    let lines = lines.iter().map(|(name, path, description)| {
        format!("{}\n", format!("{name:names$}  {path:paths$}  {description}").trim_end())
    });
    Ok(print_names(&lines.collect::<String>())?)
}

/// The first line of the comment `{# … #}` at the beginning of a template.
fn description(source: &str) -> &str {
    let comment = source.trim_start().strip_prefix("{#").and_then(|rest| rest.split_once("#}"));
    let text = comment.map_or("", |(comment, _)| comment.trim_matches(['-', '+']).trim());
    text.lines().next().unwrap_or_default()
}

fn unknown(project: &Project, name: &str) -> Failure {
    let names: BTreeSet<&str> =
        [DEFAULT].into_iter().chain(project.config.templates.keys().map(String::as_str)).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let help = match nearest(name, names.iter().copied()).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`[templates]` in alembic.toml names them; there are {}", names.join(", ")),
    };
    Failure::new(format!("there is no template `{name}`"), &help)
}

fn read(project: &Project, name: &str, path: &str) -> Result<String, Failure> {
    file::read_to_string(project.folder.join(path)).map_err(|error| {
        let reason = format!("the template `{name}`, {path}, cannot be read: {error}");
        Failure::new(project.config.error("templates", reason), "a path is relative to alembic.toml")
    })
}

fn render(project: &Project, name: &str, source: &str, script: &NewScript) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(
        SyntaxConfig::builder()
            .keep_trailing_newline(true)
            // A line with nothing but a block leaves no empty line.
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    environment.set_debug(true);
    // One template can include or extend another, by its name.
    let (folder, templates) = (project.folder.clone(), project.config.templates.clone());
    environment.set_loader(move |name| match templates.get(name) {
        Some(path) => file::read_to_string(folder.join(path)).map(Some).map_err(|error| {
            Error::new(ErrorKind::InvalidOperation, format!("{path} cannot be read")).with_source(error)
        }),
        None => Ok(None),
    });
    environment.template_from_named_str(name, source)?.render(variables(script))
}

fn variables(script: &NewScript) -> Value {
    let Revision { id, parents, depends_on, labels, tags, message, .. } = &script.revision;
    let value = |name: &str| match name {
        "message" => Value::from(message.trim()),
        "up_revision" => Value::from(id.as_str()),
        "down_revision" => names(parents),
        "branch_labels" => names(labels),
        "depends_on" => names(depends_on),
        "tags" => names(tags),
        "create_date" => Value::from(script.create_date()),
        "header" => Value::from(script.header().trim_end()),
        _ => Value::from(script.sections.trim_end()),
    };
    VARIABLES.into_iter().map(|name| (name.to_owned(), value(name))).collect::<BTreeMap<_, _>>().into()
}

fn names<T: AsRef<str>>(names: &[T]) -> Value {
    Value::from_object(Names(names.iter().map(|name| name.as_ref().to_owned()).collect()))
}

/// A list that is printed as the header has it.
#[derive(Debug)]
struct Names(Vec<String>);

impl Object for Names {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.0.get(key.as_usize()?).map(Value::from)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join(", "))
    }
}

/// A mistake in a template, shown in its line.
fn mistake(project: &Project, error: &Error) -> Failure {
    // The innermost: where one template includes another, that is where it is wrong.
    let mut error = error;
    while let Some(inner) = error.source().and_then(|source| source.downcast_ref::<Error>()) {
        error = inner;
    }
    let name = error.name().unwrap_or(DEFAULT);
    let path = project.config.templates.get(name).map_or(name, String::as_str);
    let source = file::read_to_string(project.folder.join(path)).unwrap_or_default();
    let unknown = error.range().and_then(|range| source.get(range));
    let unknown = unknown.filter(|_| error.kind() == ErrorKind::UndefinedError);
    let message = match (unknown, error.detail()) {
        (Some(unknown), _) => format!("there is nothing called `{unknown}`"),
        (None, Some(detail)) => format!("{}: {detail}", error.kind()),
        (None, None) => error.kind().to_string(),
    };
    let near = unknown.and_then(|unknown| nearest(unknown, VARIABLES).into_iter().next());
    let help = match (near, error.kind()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, ErrorKind::UndefinedError) => format!("the variables are {}", VARIABLES.join(", ")),
        _ => "the language is that of Jinja: https://docs.rs/minijinja/latest/minijinja/syntax/".to_owned(),
    };
    Failure::at(&message, path, error.line().unwrap_or(0), &source, &help)
}

/// Reads a script that is to be written, with its statements.
fn readable(project: &Project, shown: &str, text: &str) -> Result<Script, Failure> {
    let mut script = project.parse(shown, text.to_owned())?;
    let mistakes = ScriptErrors::check(script.read_statements(&project.config.dialects));
    mistakes.map_err(|errors| Failure::scripts(&errors, |_| Some(text.to_owned())))?;
    Ok(script)
}

/// What a template makes has to be a script, and the one that was asked for.
fn check(
    project: &Project,
    (name, path): (&str, &str),
    text: &str,
    wanted: &Revision,
) -> Result<(), Failure> {
    let shown = format!("(made by {path})");
    let refused = |failure: Failure| {
        failure.print();
        let message = format!("the template `{name}` makes no script; nothing was written");
        Failure::new(message, "`{{ header }}` and `{{ sections }}` write what a script needs")
    };
    let script = readable(project, &shown, text).map_err(refused)?;
    match difference(&script, wanted) {
        None => Ok(()),
        Some((key, found, wanted)) => Err(Failure::new(
            format!(
                "the template `{name}` ({path}) writes `{key}: {found}`, and it has to be `{key}: {wanted}`"
            ),
            "`{{ header }}` writes the header as it has to be; nothing was written",
        )),
    }
}

/// The first key of the header that says something else: the key, what it says, and what it should say. A template may
/// write a message of its own, and more tags.
fn difference(script: &Script, wanted: &Revision) -> Option<(&'static str, String, String)> {
    let found = &script.revision;
    let ids = |revision: &Revision| revision.parents.iter().map(ToString::to_string).collect::<Vec<_>>();
    let tags = |revision: &Revision| {
        revision.tags.iter().filter(|tag| wanted.tags.contains(tag)).cloned().collect::<Vec<_>>()
    };
    let keys = [
        ("Revision", vec![found.id.to_string()], vec![wanted.id.to_string()]),
        ("Revises", ids(found), ids(wanted)),
        ("Branch-Labels", found.labels.clone(), wanted.labels.clone()),
        ("Depends-On", found.depends_on.clone(), wanted.depends_on.clone()),
        ("Tags", tags(found), tags(wanted)),
    ];
    let other = keys.into_iter().find(|(_, found, wanted)| found != wanted);
    other.map(|(key, found, wanted)| (key, found.join(", "), wanted.join(", ")))
}
