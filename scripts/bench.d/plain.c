// The least that a client of SQLite can be: runs the SQL of its last argument, or of its input, on a file.
// Linked with the SQLite that cargo-alembic holds, it shows what of a difference is SQLite's own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sqlite3_open(const char *, void **);
int sqlite3_close(void *);
int sqlite3_exec(void *, const char *, int (*)(void *, int, char **, char **), void *, char **);
const char *sqlite3_libversion(void);

static int print_row(void *nothing, int columns, char **values, char **names) {
    (void)nothing, (void)names;
    for (int column = 0; column < columns; column++)
        printf("%s%s", column ? "|" : "", values[column] ? values[column] : "");
    return puts("") < 0;
}

static char *read_input(void) {
    size_t length = 0, room = 1 << 16, got;
    char *text = malloc(room);
    while (text && (got = fread(text + length, 1, room - length - 1, stdin)) > 0)
        if ((length += got) + 1 == room)
            text = realloc(text, room *= 2);
    if (text)
        text[length] = 0;
    return text;
}

int main(int count, char **words) {
    const char *file = NULL, *sql = NULL;
    void *database;
    char *error = NULL;
    for (int index = 1; index < count; index++) {
        if (!strcmp(words[index], "--version"))
            return puts(sqlite3_libversion()) < 0;
        if (words[index][0] != '-')
            *(file ? &sql : &file) = words[index];
    }
    if (!file || (!sql && !(sql = read_input())) || sqlite3_open(file, &database))
        return 2;
    if (sqlite3_exec(database, sql, print_row, NULL, &error)) {
        fprintf(stderr, "%s\n", error ? error : "unknown error");
        return 1;
    }
    return sqlite3_close(database);
}
