//! The `alembic.toml` that `init` writes.

/// Every key with its default, commented out, and what it means.
pub(crate) const CONFIG: &str = include_str!("alembic.toml");

/// Its line that names the folder of the scripts.
pub(crate) const DEFAULT_FOLDER: &str = "# migrations = \"migrations\"";

#[cfg(test)]
mod tests {
    use alembic_core::config::{Config, ConfigFile, HOOK_KEYS, KEYS};

    use super::*;

    const DOCUMENTATION: &str = include_str!("../../docs/configuration.md");

    /// The lines with a default, without their comment signs.
    fn defaults() -> Vec<&'static str> {
        let is_default = |line: &&str| line.split_once(" = ").is_some_and(|(key, _)| KEYS.contains(&key));
        CONFIG.lines().filter_map(|line| line.strip_prefix("# ")).filter(is_default).collect()
    }

    /// The examples: lines that are indented further, up to one that is not.
    fn examples() -> Vec<String> {
        let mut examples = vec![String::new()];
        for line in CONFIG.lines() {
            match line.strip_prefix("#     ") {
                Some(line) => *examples.last_mut().expect("there is one") += &format!("{line}\n"),
                None => examples.push(String::new()),
            }
        }
        examples.retain(|example| !example.is_empty());
        examples
    }

    #[test]
    fn it_says_nothing() {
        let file = ConfigFile::parse(CONFIG).expect("a configuration");
        assert_eq!(file.databases().collect::<Vec<_>>(), [(None, &Config::default())]);
    }

    #[test]
    fn each_default_is_the_default() {
        for line in defaults() {
            let file = ConfigFile::parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            assert_eq!(file.database(None), Ok(&Config::default()), "{line}");
        }
        assert!(CONFIG.lines().any(|line| line == DEFAULT_FOLDER));
    }

    #[test]
    fn each_example_is_valid_and_says_something() {
        for example in examples() {
            let file = ConfigFile::parse(&example).unwrap_or_else(|error| panic!("{example}: {error}"));
            assert_ne!(file.databases().collect::<Vec<_>>(), [(None, &Config::default())], "{example}");
        }
    }

    #[test]
    fn it_has_all_keys() {
        let lines = defaults().join("\n") + "\n" + &examples().join("");
        let has = |key: &str| {
            lines.lines().any(|line| {
                line.starts_with(&format!("{key} = "))
                    || [format!("[{key}]"), format!("[[{key}]]")].contains(&line.to_owned())
            })
        };
        let missing: Vec<&&str> = KEYS.iter().chain(HOOK_KEYS).filter(|key| !has(key)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(lines.contains("[databases.billing]"));
    }

    /// `docs/configuration.md` has a row for each key, with the same default.
    #[test]
    fn the_documentation_has_all_keys() {
        let rows = DOCUMENTATION.lines().filter_map(|line| line.strip_prefix("| `"));
        let rows: Vec<(&str, &str)> = rows.filter_map(|row| row.split_once("` | ")).collect();
        for key in KEYS.iter().chain(HOOK_KEYS) {
            assert!(rows.iter().any(|(known, _)| known == key), "{key}");
        }
        for line in defaults() {
            let (key, default) = line.split_once(" = ").expect("a key and its default");
            let (_, row) = rows.iter().find(|(known, _)| *known == key).expect("a row");
            assert!(row.starts_with(&format!("`{default}` |")), "{line}\n{row}");
        }
    }
}
