//! Answers a document of graph commands, in the format of the recorded cases.
//!
//! A document is a graph, the rows of a version table, and commands; see `README.md` beside this file.

use alembic_core::revision::{
    Direction, Graph, GraphError, HistoryError, NewRevision, NewRevisionError, Node, Past, PlanError, Range,
    ResolveError, Revision, RevisionId, Step, Symbol, Target, TargetError, UnknownRevisions, between,
    branch_points, downgrade, history, merge, new_revision, offline, resolve, resolve_one, show, stamp,
    upgrade_many,
};
use serde_json::{Value, json};

/// Why a command fails: Alembic's name for the kind of mistake, and our sentence.
pub(crate) struct Failure {
    cause: &'static str,
    message: String,
}

/// The results of all commands of a document.
pub(crate) fn answer(document: &Value) -> Vec<Value> {
    let graph = load(document);
    let mut rows = strings(&document["heads"]);
    let sequential = document["sequential"].as_bool().unwrap_or(false);
    let commands = document["commands"].as_array().expect("a document has commands");
    let answers = commands.iter().map(|command| {
        let result = match &graph {
            Ok(graph) => run(graph, &rows, command),
            Err(failure) => Err(Failure { cause: failure.cause, message: failure.message.clone() }),
        };
        let mut result = result.unwrap_or_else(
            |failure| json!({"ok": false, "error": {"cause": failure.cause, "message": failure.message}}),
        );
        let moves = matches!(text(command, "cmd"), "upgrade" | "downgrade" | "stamp");
        if moves && !flag(command, "sql") && result.get("rows").is_none() {
            let mut unchanged = rows.clone();
            unchanged.sort();
            result["rows"] = json!(unchanged);
        }
        if sequential && moves {
            rows = strings(&result["rows"]);
        }
        result
    });
    answers.collect()
}

/// The graph of a document.
pub(crate) fn load(document: &Value) -> Result<Graph, Failure> {
    let mut revisions = Vec::new();
    for entry in document["revisions"].as_array().expect("a document has revisions") {
        let id = |id: &str| {
            RevisionId::new(id)
                .map_err(|error| Failure { cause: "RevisionError", message: error.to_string() })
        };
        let parents = strings(&entry["down_revision"]);
        revisions.push(Revision {
            depends_on: strings(&entry["depends_on"]),
            labels: strings(&entry["branch_labels"]),
            message: text(entry, "doc").to_owned(),
            ..Revision::new(
                id(text(entry, "revision"))?,
                parents.iter().map(|parent| id(parent)).collect::<Result<_, _>>()?,
            )
        });
    }
    Graph::new(revisions).map_err(|errors| {
        let message = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        Failure { cause: errors.first().map_or("", cause_of_load), message }
    })
}

fn targets(command: &Value, key: &str) -> Result<Vec<Target>, Failure> {
    Ok(strings(&command[key]).iter().map(|text| text.parse()).collect::<Result<_, _>>()?)
}

fn run(graph: &Graph, rows: &[String], command: &Value) -> Result<Value, Failure> {
    let target = || text(command, "target").parse::<Target>();
    let located = || graph.locate(rows);
    let all = |key: &str| targets(command, key);
    Ok(match text(command, "cmd") {
        "upgrade" if flag(command, "sql") => {
            let plan = offline(graph, Direction::Upgrade, &Range::or_target(text(command, "target"))?)?;
            steps(graph, &plan.rows, &plan.steps)
        }
        "downgrade" if flag(command, "sql") => {
            let plan = offline(graph, Direction::Downgrade, &Range::or_target(text(command, "target"))?)?;
            steps(graph, &plan.rows, &plan.steps)
        }
        "upgrade" => {
            let rows = located()?;
            let plan = upgrade_many(graph, &rows, &all("target")?, &Past::default())?;
            steps(graph, &rows, &plan)
        }
        "downgrade" => {
            let rows = located()?;
            let plan = downgrade(graph, &rows, &target()?, &Past::default())?;
            steps(graph, &rows, &plan)
        }
        "stamp" if flag(command, "sql") => {
            let mut start = Vec::new();
            let mut targets = Vec::new();
            for text in strings(&command["targets"]) {
                let range = Range::or_target(&text)?;
                if let Some(from) = &range.start {
                    start = resolve(graph, from)?;
                }
                targets.push(range.end.unwrap_or(Target::HEADS));
            }
            json!({"ok": true, "rows": sorted(graph, &stamp(graph, &start, &targets)?.rows)})
        }
        "stamp" => {
            let rows = if flag(command, "purge") { Vec::new() } else { located()? };
            let plan = stamp(graph, &rows, &all("targets")?)?;
            let mut after = rows;
            plan.change.apply(&mut after);
            assert_eq!(sorted(graph, &after), sorted(graph, &plan.rows), "the change leads to the rows");
            json!({"ok": true, "rows": sorted(graph, &plan.rows)})
        }
        _ => return ask(graph, rows, command),
    })
}

/// The commands that only read the graph.
fn ask(graph: &Graph, rows: &[String], command: &Value) -> Result<Value, Failure> {
    let target = || text(command, "target").parse::<Target>();
    let located = || graph.locate(rows);
    Ok(match text(command, "cmd") {
        "show" => {
            let target = target()?;
            let current = matches!(target, Target::Absolute { symbol: Symbol::Current, .. });
            let rows = if current { Some(located()?) } else { None };
            revisions(graph, &show(graph, rows.as_deref(), &target)?)
        }
        "history" => {
            let range: Range = command["range"].as_str().map_or(Ok(Range::default()), str::parse)?;
            let rows = if range.to_string().contains("current") { Some(located()?) } else { None };
            revisions(graph, &history(graph, rows.as_deref(), &range)?)
        }
        "heads" if flag(command, "resolve_dependencies") => revisions(graph, &graph.real_heads()),
        "heads" => revisions(graph, &graph.heads()),
        "bases" => revisions(graph, &graph.bases()),
        "branches" => {
            let points = branch_points(graph);
            let point = |point: &alembic_core::revision::BranchPoint| json!({"rev": graph.id(point.node), "next": sorted(graph, &point.children)});
            json!({"ok": true, "branches": points.iter().map(point).collect::<Vec<_>>()})
        }
        "current" => {
            let rows = located()?;
            if flag(command, "check_heads") && !graph.is_up_to_date(&rows) {
                return Err(Failure { cause: "DatabaseNotAtHead", message: "not up to date".to_owned() });
            }
            json!({"ok": true, "revs": sorted(graph, &graph.current_heads(&rows))})
        }
        "revision" => return create(graph, command, targets(command, "head")?),
        "merge" => return create(graph, command, targets(command, "revisions")?),
        "map" => map(graph),
        "get_revision" => {
            // The library's own call takes a list of one, and none for an empty place.
            let node = match strings(&command["target"]).as_slice() {
                [] => None,
                [only] => resolve_one(graph, &only.parse()?)?,
                several => {
                    return Err(Failure { cause: "MultipleHeads", message: several.join(", ") });
                }
            };
            json!({"ok": true, "revs": [node.map(|node| graph.id(node))]})
        }
        "get_revisions" => revisions(graph, &places(graph, &command["target"])?),
        "lineage" => {
            let against = places(graph, &command["against"])?;
            let mut tested = against;
            if let Some((branch, _)) = text(command, "against").split_once('@') {
                tested.extend(resolve(graph, &branch.parse()?)?);
            }
            let shares = |node: Node| {
                tested.is_empty() || tested.iter().any(|&other| graph.lineage(other).contains(node))
            };
            let targets = strings(&command["targets"]);
            let kept = targets.iter().filter(|id| graph.find(id).is_some_and(shares));
            json!({"ok": true, "revs": kept.collect::<Vec<_>>()})
        }
        "iterate" => revisions(graph, &iterate(graph, command)?),
        other => panic!("unknown command {other}"),
    })
}

/// Creates a revision upon `heads`, or a merge of them.
fn create(graph: &Graph, command: &Value, heads: Vec<Target>) -> Result<Value, Failure> {
    let id = RevisionId::new(text(command, "rev_id"))
        .map_err(|error| Failure { cause: "RevisionError", message: error.to_string() })?;
    let new = NewRevision {
        id,
        heads,
        splice: flag(command, "splice"),
        depends_on: targets(command, "depends_on")?,
        labels: strings(&command["branch_label"]),
    };
    let is_merge = text(command, "cmd") == "merge";
    let placement = if is_merge { merge(graph, &new)? } else { new_revision(graph, &new)? };
    let mut heads: Vec<Node> = graph.heads();
    heads.retain(|head| !placement.parents.contains(head));
    let mut heads = sorted(graph, &heads);
    heads.push(new.id.to_string());
    heads.sort();
    Ok(json!({
        "ok": true,
        "down_revision": graph.ids(placement.parents),
        "depends_on": placement.depends_on,
        "branch_labels": new.labels,
        "heads": heads,
    }))
}

/// Alembic's general traversal, put together from history and plans.
fn iterate(graph: &Graph, command: &Value) -> Result<Vec<Node>, Failure> {
    let (upper, lower) = (&command["upper"], &command["lower"]);
    let (inclusive, implicit_base) = (flag(command, "inclusive"), flag(command, "implicit_base"));
    if flag(command, "select_for_downgrade") {
        let rows = places(graph, upper)?;
        let target = text(command, "lower").parse()?;
        let dropped: Vec<Node> =
            downgrade(graph, &rows, &target, &Past::default())?.iter().map(|step| step.node).collect();
        let end = if inclusive { resolve_one(graph, &target)? } else { None };
        let with_end = graph.descendants(end);
        let applied = graph.applied(&rows);
        let selected =
            |node: &Node| dropped.contains(node) || applied.contains(*node) && with_end.contains(*node);
        let nodes = graph.topological().iter().rev().copied();
        // Winding other branches back leaves only what comes before the end.
        let before_end = graph.ancestors(end);
        let wound_back =
            |node: &Node| implicit_base && applied.contains(*node) && !before_end.contains(*node);
        return Ok(nodes.filter(|node| selected(node) || wound_back(node)).collect());
    }
    if implicit_base {
        let rows = places(graph, lower)?;
        let targets = strings(upper).iter().map(|text| text.parse()).collect::<Result<Vec<_>, _>>()?;
        let mut nodes: Vec<Node> =
            upgrade_many(graph, &rows, &targets, &Past::default())?.iter().map(|step| step.node).collect();
        nodes.reverse();
        nodes.extend(rows.iter().filter(|_| inclusive));
        return Ok(nodes);
    }
    if let (Some(upper), Some(lower)) = (upper.as_str(), lower.as_str()) {
        let range = format!("{lower}:{upper}").parse()?;
        let mut nodes = history(graph, None, &range)?;
        if !inclusive {
            let starts = resolve(graph, &lower.parse()?)?;
            nodes.retain(|node| !starts.contains(node));
        }
        return Ok(nodes);
    }
    let (starts, ends) = (places(graph, lower)?, places(graph, upper)?);
    let mut nodes = between(graph, &starts, &ends)?;
    nodes.retain(|node| inclusive || !starts.contains(node));
    Ok(nodes)
}

/// One target or a list of them, as nodes.
fn places(graph: &Graph, value: &Value) -> Result<Vec<Node>, Failure> {
    let mut nodes = Vec::new();
    for text in strings(value) {
        nodes.extend(show(graph, None, &text.parse()?)?);
    }
    Ok(nodes)
}

fn steps(graph: &Graph, rows: &[Node], steps: &[Step]) -> Value {
    let mut rows = rows.to_vec();
    let list: Vec<Value> = steps
        .iter()
        .map(|step| {
            step.rows.apply(&mut rows);
            let direction = if step.direction == Direction::Upgrade { "up" } else { "down" };
            json!({"rev": graph.id(step.node), "dir": direction, "heads": sorted(graph, &rows)})
        })
        .collect();
    json!({"ok": true, "steps": list, "rows": sorted(graph, &rows)})
}

fn map(graph: &Graph) -> Value {
    let describe = |node: Node| {
        let mut all_next: Vec<Node> = graph.children(node).to_vec();
        all_next.extend(graph.dependents(node).iter().filter(|next| !graph.children(node).contains(next)));
        let flags = [
            ("head", graph.is_head(node)),
            ("real_head", graph.is_real_head(node)),
            ("base", graph.is_base(node)),
            ("real_base", graph.is_real_base(node)),
            ("branchpoint", graph.is_branch_point(node)),
            ("mergepoint", graph.is_merge_point(node)),
        ];
        let entry = json!({
            "next": sorted(graph, graph.children(node)),
            "all_next": sorted(graph, &all_next),
            "down": graph.ids(graph.parents(node).iter().copied()),
            "resolved_deps": sorted(graph, graph.dependencies(node)),
            "labels": graph.branch_labels(node),
            "flags": flags.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect::<Vec<_>>(),
        });
        (graph.id(node).to_string(), entry)
    };
    json!({
        "ok": true,
        "heads": sorted(graph, &graph.heads()),
        "real_heads": sorted(graph, &graph.real_heads()),
        "bases": sorted(graph, &graph.bases()),
        "real_bases": sorted(graph, &graph.real_bases()),
        "revisions": graph.nodes().map(describe).collect::<serde_json::Map<_, _>>(),
    })
}

fn revisions(graph: &Graph, nodes: &[Node]) -> Value {
    json!({"ok": true, "revs": graph.ids(nodes.iter().copied())})
}

fn sorted(graph: &Graph, nodes: &[Node]) -> Vec<String> {
    let mut ids: Vec<String> = graph.ids(nodes.iter().copied()).into_iter().map(String::from).collect();
    ids.sort();
    ids
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

fn flag(value: &Value, key: &str) -> bool {
    value[key].as_bool().unwrap_or(false)
}

/// A string, a list of strings, or nothing.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn cause_of_load(error: &GraphError) -> &'static str {
    match error {
        GraphError::Cycle { revisions, through_dependency, .. } => {
            match (revisions.len(), through_dependency) {
                (1, false) => "LoopDetected",
                (1, true) => "DependencyLoopDetected",
                (_, false) => "CycleDetected",
                (_, true) => "DependencyCycleDetected",
            }
        }
        GraphError::MissingParent { .. } | GraphError::MissingDependency { .. } => "KeyError",
        _ => "RevisionError",
    }
}

fn cause_of_resolution(error: &ResolveError) -> &'static str {
    match error {
        ResolveError::MultipleHeads { .. } | ResolveError::SeveralRevisions { .. } => "MultipleHeads",
        ResolveError::TooFar { .. } | ResolveError::AmbiguousWalk { .. } => "RevisionError",
        _ => "ResolutionError",
    }
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self { cause: cause_of_resolution(&error), message: error.to_string() }
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        let cause = match error {
            TargetError::Empty | TargetError::Malformed { .. } => "ResolutionError",
            TargetError::RangeNotAllowed { .. } | TargetError::NotARange { .. } => "CommandError",
        };
        Self { cause, message: error.to_string() }
    }
}

impl From<UnknownRevisions> for Failure {
    fn from(error: UnknownRevisions) -> Self {
        Self { cause: "ResolutionError", message: error.to_string() }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let cause = match &error {
            PlanError::Resolve(error) => cause_of_resolution(error),
            PlanError::NotBelowCurrent { .. } => "RangeNotAncestorError",
            PlanError::OfflineStartMissing => "CommandError",
            _ => "RevisionError",
        };
        Self { cause, message: error.to_string() }
    }
}

impl From<HistoryError> for Failure {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Resolve(error) => error.into(),
            HistoryError::End(error) => error.into(),
            HistoryError::NotConnected { .. } => {
                Self { cause: "RangeNotAncestorError", message: error.to_string() }
            }
        }
    }
}

impl From<NewRevisionError> for Failure {
    fn from(error: NewRevisionError) -> Self {
        let cause = match &error {
            NewRevisionError::Resolve(error) => cause_of_resolution(error),
            NewRevisionError::SeveralHeads { .. } => "MultipleHeads",
            NewRevisionError::LabelInUse { .. } | NewRevisionError::InvalidLabel(_) => "RevisionError",
            _ => "CommandError",
        };
        Self { cause, message: error.to_string() }
    }
}
