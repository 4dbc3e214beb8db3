//! In: a fresh database's `sqlite_master` and the comments in it. Out: the schema page of the docs.

use super::migrations;
use rusqlite::Connection;

/// Writes the schema page (`docs/schema.md`), from a fresh database in memory.
///
/// # Errors
/// When a migration does not run; a test shows that all do.
pub fn page() -> Result<String, String> {
    let mut connection = Connection::open_in_memory().map_err(|error| error.to_string())?;
    migrations::all()
        .to_latest(&mut connection)
        .map_err(|error| error.to_string())?;
    write(&connection).map_err(|error| error.to_string())
}

/// Writes the page for one database.
fn write(connection: &Connection) -> rusqlite::Result<String> {
    let mut lines = vec![format!(
        "# The workspace database\n\n\
         One SQLite file a workspace, `{}`. Schema version {} (`user_version`). Generated from the migrations in\n\
         `src/store/migrations/`; a test compares, `PTEWARD_BLESS=1 cargo test schema` rewrites it. Enums are stored as\n\
         words, lists as JSON, moments as RFC 3339 in UTC.",
        super::FILE_NAME,
        migrations::FILES.len()
    )];
    let mut statement = connection.prepare(
        "SELECT type, name, sql FROM sqlite_master
         WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )?;
    let objects: Vec<(String, String, String)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    for (kind, name, sql) in objects {
        let about = sql
            .lines()
            .next()
            .and_then(|line| line.split_once("-- "))
            .map_or("", |(_, comment)| comment);
        let mark = if kind == "view" { " (view)" } else { "" };
        lines.push(format!("\n## `{name}`{mark}\n\n{}\n", escape(about)));
        if kind == "view" {
            lines.push(view_columns(connection, &name)?);
            continue;
        }
        lines.push("| column | type | null | meaning |\n| --- | --- | --- | --- |".to_owned());
        columns(connection, &name, &sql, &mut lines)?;
        indexes(connection, &name, &mut lines)?;
    }
    Ok(lines.join("\n") + "\n")
}

/// Writes the rows of one table.
fn columns(
    connection: &Connection,
    table: &str,
    sql: &str,
    lines: &mut Vec<String>,
) -> rusqlite::Result<()> {
    let mut statement = connection
        .prepare("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?1)")?;
    let references: Vec<(String, String, String)> = statement
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let mut statement =
        connection.prepare("SELECT name, type, \"notnull\", pk FROM pragma_table_info(?1)")?;
    let mut rows = statement.query([table])?;
    while let Some(row) = rows.next()? {
        let (name, kind): (String, String) = (row.get(0)?, row.get(1)?);
        let (not_null, key): (bool, i64) = (row.get(2)?, row.get(3)?);
        let meaning = escape(comment_of(sql, table, &name));
        let target = references
            .iter()
            .find(|(from, ..)| *from == name)
            .map_or(String::new(), |(_, table, to)| format!(" → `{table}.{to}`"));
        let nullable = if not_null || key > 0 { "no" } else { "yes" };
        let mark = if key > 0 { " (key)" } else { "" };
        lines.push(format!(
            "| `{name}`{mark} | {kind} | {nullable} | {meaning}{target} |"
        ));
    }
    Ok(())
}

/// Writes the columns of a view, which mean what they mean in its tables.
fn view_columns(connection: &Connection, view: &str) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info(?1)")?;
    let names: Vec<String> = statement
        .query_map([view], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(format!("Columns: `{}`.", names.join("`, `")))
}

/// Finds the comment behind a column's definition.
fn comment_of<'s>(sql: &'s str, table: &str, column: &str) -> &'s str {
    let added = format!("ALTER TABLE {table} ADD COLUMN {column} ");
    let later = migrations::FILES
        .iter()
        .flat_map(|(_, sql)| sql.lines())
        .find(|line| line.starts_with(&added));
    if let Some((_, comment)) = later.and_then(|line| line.split_once("-- ")) {
        return comment;
    }
    sql.lines()
        .find(|line| {
            line.split_whitespace()
                .next()
                .is_some_and(|word| word.trim_matches('"') == column)
        })
        .and_then(|line| line.split_once("-- "))
        .map_or("", |(_, comment)| comment)
}

/// Writes one table's indexes that the schema names.
fn indexes(connection: &Connection, table: &str, lines: &mut Vec<String>) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ?1 AND sql IS NOT NULL ORDER BY rowid",
    )?;
    for sql in statement.query_map([table], |row| row.get::<_, String>(0))? {
        lines.push(format!(
            "\n    {}",
            sql?.split_whitespace().collect::<Vec<_>>().join(" ")
        ));
    }
    Ok(())
}

/// Keeps a cell's text from ending the cell.
fn escape(text: &str) -> String {
    text.replace('|', "\\|")
}
