//! A schema as data, and what `ALTER TABLE` means for it: written without a look at the code that it judges.

/// Tables with everything around them.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub(super) tables: Vec<Table>,
    pub(super) indexes: Vec<Index>,
    /// Views and triggers, with the columns that they name.
    pub(super) objects: Vec<Object>,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) rules: Vec<Named>,
    pub(super) without_rowid: bool,
    pub(super) strict: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) of_type: String,
    pub(super) rules: Vec<Named>,
    /// Whether it is added once there are rows, which then end before it.
    pub(super) is_late: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) rule: Rule,
}

#[derive(Clone, Debug)]
pub(super) enum Rule {
    NotNull {
        conflict: &'static str,
    },
    Null,
    /// A column's own key has no parts.
    Key {
        primary: bool,
        parts: Vec<(String, &'static str)>,
        conflict: &'static str,
        end: &'static str,
    },
    Check(Expression),
    Default(String),
    Collate(&'static str),
    Foreign {
        columns: Vec<String>,
        table: String,
        to: Vec<String>,
        clauses: &'static str,
    },
    /// `DEFERRABLE` apart from a foreign key: about the last one before it, even at another column.
    Deferral(&'static str),
    Generated {
        expression: Expression,
        stored: bool,
    },
}

/// An expression in parentheses.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expression {
    pub(super) text: String,
    pub(super) columns: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Index {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) unique: bool,
    pub(super) parts: Expression,
    pub(super) condition: String,
}

#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) sql: String,
    /// Tables with their columns.
    pub(super) columns: Vec<(String, String)>,
}

/// One action of an `ALTER TABLE`.
#[derive(Clone, Debug)]
pub(super) enum Action {
    SetType { column: String, of_type: String, collation: Option<&'static str>, using: Option<String> },
    SetNotNull(String),
    DropNotNull(String),
    SetDefault(String, String),
    DropDefault(String),
    Add(Column),
    Drop(String),
    AddRule(Named, bool),
    DropRule(String),
}

/// What a change means for the rows.
#[derive(Debug, Default)]
pub(super) struct Change {
    /// Columns with a new type.
    pub(super) typed: Vec<String>,
    /// Columns and what their values are computed from.
    pub(super) conversions: Vec<(String, String)>,
    /// Checks that existing rows need not satisfy.
    pub(super) not_valid: Vec<Expression>,
    /// Columns that are dropped: one that is added has nothing of them.
    pub(super) dropped: Vec<String>,
    pub(super) added: Vec<String>,
    /// Columns that are added, get another default, and have the first one in the rows that are there.
    pub(super) filled: Vec<(String, String)>,
    /// Columns that need a value in every row.
    pub(super) required: Vec<String>,
}

impl Schema {
    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The schema after the actions, in PostgreSQL's order; or why there is none.
    pub(super) fn altered(&self, table: &str, actions: &[Action]) -> Result<(Schema, Change), String> {
        let mut schema = self.clone();
        let mut change = Change::default();
        let mut actions: Vec<&Action> = actions.iter().collect();
        actions.sort_by_key(|action| action.pass());
        for action in actions {
            schema.apply(table, action, &mut change)?;
        }
        schema.keeps_keys(self, table)?;
        Ok((schema, change))
    }

    fn apply(&mut self, name: &str, action: &Action, change: &mut Change) -> Result<(), String> {
        if let Action::Drop(column) = action {
            change.dropped.push(column.clone());
            if self.table(name).is_some_and(|table| table.columns.len() == 1) {
                return Err("no other columns exist".to_owned());
            }
            return self.drop_column(name, column);
        }
        let table = self.tables.iter_mut().find(|table| table.name == name).ok_or("no table")?;
        match action {
            Action::Drop(_) => {}
            Action::SetType { column, of_type, collation, using } => {
                let own = table.column(column)?;
                own.of_type.clone_from(of_type);
                own.set_collation(*collation);
                if change.typed.contains(column) {
                    return Err("two types".to_owned());
                }
                change.typed.push(column.clone());
                change.conversions.extend(using.iter().map(|using| (column.clone(), using.clone())));
            }
            Action::SetNotNull(column) => {
                let own = table.column(column)?;
                if !own.rules.iter().any(|named| matches!(named.rule, Rule::NotNull { .. })) {
                    own.rules.retain(|named| !matches!(named.rule, Rule::Null));
                    own.rules.push(Named { name: None, rule: Rule::NotNull { conflict: "" } });
                }
            }
            Action::DropNotNull(column) => {
                let is_key = table.primary_key().is_some_and(|key| key.contains(column));
                if is_key && (table.strict || table.without_rowid) {
                    return Err("a key needs a value".to_owned());
                }
                table.column(column)?.rules.retain(|named| !matches!(named.rule, Rule::NotNull { .. }));
            }
            Action::SetDefault(column, value) => {
                let own = table.column(column)?;
                if change.added.contains(column) && !change.filled.iter().any(|(name, _)| name == column) {
                    change.filled.push((column.clone(), own.default()));
                }
                own.set_default(value)?;
            }
            Action::DropDefault(column) => {
                table.column(column)?.rules.retain(|named| !matches!(named.rule, Rule::Default(_)));
            }
            Action::Add(column) => {
                if table.column(&column.name).is_ok() {
                    return Err("a column of this name".to_owned());
                }
                table.columns.push(column.clone());
                change.added.push(column.name.clone());
            }
            Action::AddRule(named, validate) => {
                if named.name.is_some() && table.all().any(|(_, other)| other.name == named.name) {
                    return Err("a constraint of this name".to_owned());
                }
                match &named.rule {
                    Rule::Check(expression) if !validate => change.not_valid.push(expression.clone()),
                    Rule::Key { primary: true, parts, .. } => {
                        change.required.extend(parts.iter().map(|(column, _)| column.clone()));
                    }
                    _ => {}
                }
                table.rules.push(named.clone());
            }
            Action::DropRule(rule) => table.drop_rule(rule)?,
        }
        Ok(())
    }

    fn drop_column(&mut self, name: &str, column: &str) -> Result<(), String> {
        let is_it = |other: &String| other == column;
        self.is_unused(name, column)?;
        let table = self.tables.iter_mut().find(|table| table.name == name).ok_or("no table")?;
        table.column(column)?;
        let is_own = |own: Option<&Column>| own.is_some_and(|own| own.name == column);
        let foreign = |named: &Named| matches!(named.rule, Rule::Foreign { .. });
        let last = table.all().collect::<Vec<_>>();
        let last = last.iter().rposition(|(own, named)| is_own(*own) && foreign(named));
        last.into_iter().for_each(|place| table.drop_deferrals(place));
        table.columns.retain(|other| other.name != column);
        let needs = |rule: &Rule| match rule {
            Rule::Key { parts, .. } => parts.iter().any(|(part, _)| part == column),
            Rule::Check(expression) => expression.columns.iter().any(is_it),
            Rule::Foreign { columns, .. } => columns.iter().any(is_it),
            _ => false,
        };
        table.rules.retain(|named| !needs(&named.rule));
        for own in &mut table.columns {
            own.rules.retain(|named| !matches!(named.rule, Rule::Check(_)) || !needs(&named.rule));
        }
        self.indexes.retain(|index| index.table != name || !index.parts.columns.iter().any(is_it));
        Ok(())
    }

    fn is_unused(&self, name: &str, column: &str) -> Result<(), String> {
        let own = (name.to_owned(), column.to_owned());
        let all = self.tables.iter().flat_map(|table| table.all().map(move |(_, named)| (table, named)));
        for (table, named) in all {
            let used = match &named.rule {
                Rule::Generated { expression, .. } => {
                    table.name == name && expression.columns.iter().any(|other| other == column)
                }
                Rule::Foreign { columns, table: parent, to, .. } if parent == name => {
                    let goes_too = table.name == name && columns.iter().any(|other| other == column);
                    let key = self.table(name).and_then(Table::primary_key).unwrap_or_default();
                    !goes_too && (if to.is_empty() { &key } else { to }).iter().any(|other| other == column)
                }
                _ => false,
            };
            if used {
                return Err("a generated column or a foreign key uses it".to_owned());
            }
        }
        let is_used = self.objects.iter().any(|object| object.columns.contains(&own));
        if is_used { Err("a view or a trigger uses it".to_owned()) } else { Ok(()) }
    }

    /// A foreign key without columns means the same primary key as before.
    fn keeps_keys(&self, before: &Schema, name: &str) -> Result<(), String> {
        let old = before.table(name).and_then(Table::primary_key);
        let new = self.table(name).and_then(Table::primary_key);
        let refers = |table: &Table| {
            table.all().any(|(_, named)| {
                matches!(&named.rule, Rule::Foreign { table: parent, to, columns, .. }
                    if parent == name && to.is_empty() && old.as_ref().is_some_and(|key| key.len() == columns.len()))
            })
        };
        let is_inbound =
            before.tables.iter().any(|table| refers(table) && self.table(&table.name).is_some_and(refers));
        if is_inbound && old.is_some() && old != new {
            Err("a foreign key means the key".to_owned())
        } else {
            Ok(())
        }
    }
}

impl Table {
    fn column(&mut self, name: &str) -> Result<&mut Column, String> {
        self.columns.iter_mut().find(|column| column.name == name).ok_or_else(|| "no column".to_owned())
    }

    /// All rules, each with the column that it is written at.
    pub(super) fn all(&self) -> impl Iterator<Item = (Option<&Column>, &Named)> {
        let own =
            self.columns.iter().flat_map(|column| column.rules.iter().map(move |rule| (Some(column), rule)));
        own.chain(self.rules.iter().map(|rule| (None, rule)))
    }

    pub(super) fn primary_key(&self) -> Option<Vec<String>> {
        self.all().find_map(|(column, named)| match &named.rule {
            Rule::Key { primary: true, parts, .. } => Some(match column {
                Some(column) => vec![column.name.clone()],
                None => parts.iter().map(|(name, _)| name.clone()).collect(),
            }),
            _ => None,
        })
    }

    /// The columns that are a key by themselves.
    pub(super) fn keys(&self) -> Vec<String> {
        let is_key =
            |column: &&Column| column.rules.iter().any(|named| matches!(named.rule, Rule::Key { .. }));
        self.columns.iter().filter(is_key).map(|column| column.name.clone()).collect()
    }

    /// The column that is another name of the rowid.
    pub(super) fn rowid_column(&self) -> Option<&str> {
        let key = self.primary_key().filter(|key| key.len() == 1 && !self.without_rowid)?;
        let is_descending = self.columns.iter().flat_map(|column| &column.rules).any(
            |named| matches!(named.rule, Rule::Key { primary: true, end, .. } if end.starts_with("DESC")),
        );
        let column = self.columns.iter().find(|column| column.name == key[0])?;
        (column.of_type == "INTEGER" && !is_descending).then_some(column.name.as_str())
    }

    fn drop_rule(&mut self, wanted: &str) -> Result<(), String> {
        let has_name =
            |named: &Named| named.name.as_deref() == Some(wanted) && !matches!(named.rule, Rule::Deferral(_));
        let named = self.all().position(|(_, named)| has_name(named));
        let implied = || {
            let all = self.all().collect::<Vec<_>>();
            all.iter().rposition(|(column, named)| {
                named.name.is_none() && self.implied(*column, &named.rule).as_deref() == Some(wanted)
            })
        };
        let place = named.or_else(implied).ok_or("no constraint")?;
        if self.all().nth(place).is_some_and(|(_, named)| matches!(named.rule, Rule::Foreign { .. })) {
            self.drop_deferrals(place);
        }
        self.remove(place);
        Ok(())
    }

    /// Removes what is about the foreign key at this place, and would be about the one before it else.
    fn drop_deferrals(&mut self, place: usize) {
        let rules = self.all().map(|(_, named)| named.rule.clone()).collect::<Vec<_>>();
        let until_next =
            (place + 1..rules.len()).take_while(|next| !matches!(rules[*next], Rule::Foreign { .. }));
        let deferrals: Vec<usize> =
            until_next.filter(|next| matches!(rules[*next], Rule::Deferral(_))).collect();
        deferrals.into_iter().rev().for_each(|place| self.remove(place));
    }

    /// Removes the rule at this place among all.
    fn remove(&mut self, mut place: usize) {
        for column in &mut self.columns {
            if place < column.rules.len() {
                column.rules.remove(place);
                return;
            }
            place -= column.rules.len();
        }
        self.rules.remove(place);
    }

    /// The name that PostgreSQL gives to a constraint without one.
    pub(super) fn implied(&self, column: Option<&Column>, rule: &Rule) -> Option<String> {
        let own = column.map(|column| vec![column.name.clone()]);
        let of = |columns: Vec<String>, end: &str| Some(format!("{}_{}_{end}", self.name, columns.join("_")));
        match rule {
            Rule::Key { primary: true, .. } => Some(format!("{}_pkey", self.name)),
            Rule::Key { parts, .. } => {
                of(own.unwrap_or_else(|| parts.iter().map(|(name, _)| name.clone()).collect()), "key")
            }
            Rule::Foreign { columns, .. } => of(own.unwrap_or_else(|| columns.clone()), "fkey"),
            _ => None,
        }
    }
}

impl Column {
    pub(super) fn is_generated(&self) -> bool {
        self.rules.iter().any(|named| matches!(named.rule, Rule::Generated { .. }))
    }

    fn set_collation(&mut self, collation: Option<&'static str>) {
        let Some(collation) = collation else { return };
        let mut own = self.rules.iter_mut().rev().filter_map(|named| match &mut named.rule {
            Rule::Collate(name) => Some(name),
            _ => None,
        });
        match own.next() {
            Some(name) if name.eq_ignore_ascii_case(collation) => {}
            Some(_) if collation == "BINARY" => {
                self.rules.retain(|named| !matches!(named.rule, Rule::Collate(_)));
            }
            Some(name) => *name = collation,
            None if collation == "BINARY" => {}
            None => self.rules.push(Named { name: None, rule: Rule::Collate(collation) }),
        }
    }

    /// Its default as an expression: a name stands for a text in a default.
    fn default(&self) -> String {
        let mut defaults = self.rules.iter().rev().filter_map(|named| match &named.rule {
            Rule::Default(value) => Some(value.as_str()),
            _ => None,
        });
        match defaults.next().unwrap_or("NULL") {
            "word" => "'word'".to_owned(),
            value => value.replace("\"quoted\"", "'quoted'"),
        }
    }

    fn set_default(&mut self, value: &str) -> Result<(), String> {
        if self.is_generated() {
            return Err("a generated column has no default".to_owned());
        }
        let mut own = self.rules.iter_mut().rev().filter_map(|named| match &mut named.rule {
            Rule::Default(own) => Some(own),
            _ => None,
        });
        match own.next() {
            Some(own) => value.clone_into(own),
            None => self.rules.push(Named { name: None, rule: Rule::Default(value.to_owned()) }),
        }
        Ok(())
    }
}

impl Action {
    fn pass(&self) -> u8 {
        match self {
            Action::Drop(_) | Action::DropRule(_) | Action::DropNotNull(_) | Action::DropDefault(_) => 0,
            Action::SetType { .. } => 1,
            Action::Add(_) => 2,
            Action::SetNotNull(_) | Action::SetDefault(..) => 3,
            Action::AddRule(..) => 4,
        }
    }
}
