//! What MySQL has behind the definition of a table: which of it a statement can change.

use crate::schema::TableOptions;

/// Engines that keep the rows of a table, so that it can go from one of them to another.
const ENGINES: [&str; 4] = ["InnoDB", "MyISAM", "Aria", "ROCKSDB"];

/// The name of a setting and its value.
fn parts(setting: &str) -> (&str, &str) {
    setting.split_once('=').map_or((setting, ""), |(name, value)| (name.trim(), value.trim()))
}

/// The value that a setting has where nothing is said, if a statement can change it.
fn default(name: &str) -> Option<&'static str> {
    Some(match name {
        "ENGINE" => "InnoDB",
        "ROW_FORMAT" | "STATS_PERSISTENT" | "STATS_AUTO_RECALC" | "STATS_SAMPLE_PAGES" | "PACK_KEYS"
        | "TRANSACTIONAL" => "DEFAULT",
        // The keys of a table keep its KEY_BLOCK_SIZE when that changes.
        "CHECKSUM" | "DELAY_KEY_WRITE" | "MAX_ROWS" | "MIN_ROWS" | "AVG_ROW_LENGTH" => "0",
        "PAGE_CHECKSUM" => "1",
        "COMPRESSION" => "''",
        // Those of an engine of MariaDB.
        name if name.starts_with('`') => "DEFAULT",
        _ => return None,
    })
}

/// The settings that differ: as they are before and after.
fn changed<'a>(before: &'a TableOptions, after: &'a TableOptions) -> Vec<[Option<&'a str>; 2]> {
    let find = |options: &'a TableOptions, name: &str| {
        options.settings.iter().map(String::as_str).find(|own| shown(own) == name)
    };
    let gone = before.settings.iter().map(|own| [Some(own.as_str()), find(after, shown(own))]);
    let new = after.settings.iter().filter(|own| find(before, shown(own)).is_none());
    let all = gone.chain(new.map(|own| [None, Some(own.as_str())]));
    all.filter(|[old, new]| old != new).collect()
}

/// The words of an `ALTER TABLE` that changes a setting. None where it would take more than that.
fn alteration([old, new]: [Option<&str>; 2]) -> Option<String> {
    let name = parts(old.or(new)?).0;
    let default = default(name)?;
    let value = |setting: Option<&str>| setting.map_or(default, |own| parts(own).1).to_owned();
    let keeps_rows = [old, new].iter().all(|own| ENGINES.contains(&value(*own).as_str()));
    (name != "ENGINE" || keeps_rows).then(|| format!("{name}={}", value(new)))
}

/// The words of an `ALTER TABLE` that changes the settings of a table, as far as one can.
#[must_use]
pub fn changed_settings(before: &TableOptions, after: &TableOptions) -> Vec<String> {
    changed(before, after).into_iter().filter_map(alteration).collect()
}

/// What a setting or element is called where it is named.
fn shown(text: &str) -> &str {
    let known = ["PARTITION BY", "PERIOD FOR"].into_iter().find(|words| text.starts_with(words));
    known.unwrap_or_else(|| parts(text).0)
}

/// The options of a table that differ and that only a person can change.
#[must_use]
pub fn unwritten_settings(before: &TableOptions, after: &TableOptions) -> Vec<String> {
    let settings = changed(before, after).into_iter().filter(|own| alteration(*own).is_none());
    let settings = settings.filter_map(|[old, new]| old.or(new));
    let gone = before.elements.iter().filter(|own| !after.elements.contains(own));
    let new = after.elements.iter().filter(|own| !before.elements.contains(own));
    let mut names: Vec<&str> = settings.chain(gone.chain(new).map(String::as_str)).map(shown).collect();
    if before.partition_by != after.partition_by {
        names.push("PARTITION BY");
    }
    names.dedup();
    names.into_iter().map(str::to_owned).collect()
}

/// Gives a table the options that it has, as far as they are to be left alone.
#[cfg(feature = "driver")]
pub(crate) fn leave_settings(before: &TableOptions, after: &mut TableOptions, leaves: impl Fn(&str) -> bool) {
    let mix = |own: &mut Vec<String>, before: &[String]| {
        own.retain(|text| !leaves(shown(text)));
        own.extend(before.iter().filter(|text| leaves(shown(text))).cloned());
    };
    mix(&mut after.elements, &before.elements);
    mix(&mut after.settings, &before.settings);
    if leaves("PARTITION BY") {
        after.partition_by.clone_from(&before.partition_by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(settings: &[&str]) -> TableOptions {
        let settings = settings.iter().map(|own| (*own).to_owned()).collect();
        TableOptions { settings, ..TableOptions::default() }
    }

    #[test]
    fn settings_are_changed_where_no_row_is_lost() {
        let check = |before: &[&str], after: &[&str], written: &[&str], unwritten: &[&str]| {
            let (before, after) = (options(before), options(after));
            assert_eq!(changed_settings(&before, &after), written);
            assert_eq!(unwritten_settings(&before, &after), unwritten);
        };
        check(&[], &[], &[], &[]);
        check(&["ENGINE=MyISAM"], &[], &["ENGINE=InnoDB"], &[]);
        let compressed = ["ROW_FORMAT=COMPRESSED", "KEY_BLOCK_SIZE=8"];
        check(&[], &compressed, &["ROW_FORMAT=COMPRESSED"], &["KEY_BLOCK_SIZE"]);
        check(&["STATS_PERSISTENT=1"], &["STATS_PERSISTENT=0"], &["STATS_PERSISTENT=0"], &[]);
        check(&["ENGINE=MEMORY"], &[], &[], &["ENGINE"]);
        check(&[], &["WITH SYSTEM VERSIONING"], &[], &["WITH SYSTEM VERSIONING"]);
        check(
            &["PARTITION BY HASH (`a`)\nPARTITIONS 2"],
            &["PARTITION BY HASH (`a`)\nPARTITIONS 3"],
            &[],
            &["PARTITION BY"],
        );
    }
}
