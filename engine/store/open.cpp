#include "engine/store/open.hpp"

#include "engine/store/folder.hpp"
#include "engine/store/sqlite_store.hpp"

namespace weir {

namespace {

Id128 random_id(Random& random) {
    const std::uint64_t a = random.next();
    return {a, random.next()};
}

std::optional<Error> prepare_folder(const StoreOptions& options, Files& files, const std::function<void(std::string)>& warn) {
    if (auto made = files.make_folder(options.folder, 0700); !made) return Error{made.error().number, "the store `" + options.folder + "`: " + made.error().text};
    if (!options.vfs.empty()) return std::nullopt;
    std::vector<std::string> warnings;
    auto checked = check_folder(options.folder, options.unsafe_filesystem, warnings);
    for (std::string& warning : warnings) warn(std::move(warning));
    if (!checked) return checked.error();
    return std::nullopt;
}

// SQLite would make the file 0644; its log takes the rights of the file.
std::optional<Error> make_file(const std::string& path, const std::string& folder, Files& files) {
    if (files.status(path)) return std::nullopt;
    if (auto file = files.open(path, OpenMode::create_new, 0600); !file) return file.error();
    if (auto done = files.sync_folder(folder); !done) return done.error();
    return std::nullopt;
}

// S10: the store as it is, beside it. The program that wrote it can open the copy.
Result<std::string> keep_copy(Database& database, const std::string& folder, Files& files) {
    const std::string path = folder + "/before-schema-" + std::to_string(schema_version) + ".db";
    if (files.status(path))
        if (auto gone = files.remove(path); !gone) return gone.error();
    auto file = files.open(path, OpenMode::create_new, 0600);
    if (!file) return file.error();
    std::string quoted;
    for (const char c : path) quoted.append(c == '\'' ? 2 : 1, c);
    if (!database.exec(("VACUUM INTO '" + quoted + "'").c_str())) return Error{0, "a copy of the store can't be written to `" + path + "`: " + database.text()};
    if (auto done = (*file)->sync(); !done) return done.error();
    if (auto done = files.sync_folder(folder); !done) return done.error();
    return path;
}

// S4: what the log holds may stand in the page cache alone, so all of it is written anew and synced before anything is acknowledged.
std::optional<Error> recover(Database& database) {
    const auto done = database.checkpoint(true, 5000);
    if (database.code() != 0) return Error{0, "the store ended badly and can't be recovered: " + database.text()};
    if (done.code != 0 && done.log != done.done) return Error{0, "the store ended badly, and another program that reads it keeps it from being recovered"};
    return std::nullopt;
}

// I6: is this a store from before what the lock file remembers?
bool went_back(const LockNote& before, const StoreMeta& meta) {
    if (meta.backup_mark) return true;
    if (before.incarnation.empty()) return false;
    return before.incarnation != meta.incarnation || before.commit_no > meta.commit_no;
}

}  // namespace

Result<std::unique_ptr<Store>> open_store(const StoreOptions& options, Files& files, Clock& clock, Random& random, std::function<void(std::string)> on_fatal,
                                          std::function<void(std::string)> on_warning) {
    SqliteStore::Opened opened{options, std::nullopt, nullptr, {}};
    const std::string path = options.memory ? ":memory:" : store_database_path(options.folder);
    if (!options.memory) {
        if (auto error = prepare_folder(options, files, on_warning)) return *error;
        auto lock = StoreLock::take(files, options.folder);
        if (!lock) return lock.error();
        opened.lock = std::move(*lock);
        if (options.vfs.empty())
            if (auto error = make_file(path, options.folder, files)) return *error;
    }
    // S5: an unclean store does not even open on a full disk.
    if (!options.memory && options.vfs.empty() && options.ballast > 0 && files.status(ballast_path(options.folder)))
        if (const auto free = files.free_bytes(options.folder); free && *free < options.ballast / 4 && files.remove(ballast_path(options.folder)))
            on_warning("the disk of the store `" + options.folder + "` is full: its reserve of " + std::to_string(options.ballast >> 20) + " MB is given up");
    auto database = Database::open(path, Database::How::create, options.vfs);
    if (!database) return database.error();
    opened.database = std::move(*database);
    Database& d = *opened.database;
    if (options.longest_value > 0) d.limit_length(options.longest_value);

    auto state = look_at_schema(d, path);
    if (!state) return state.error();
    if (auto set = set_pragmas(d, options.memory); !set) return set.error();
    if (options.most_pages > 0) d.exec(("PRAGMA max_page_count=" + std::to_string(options.most_pages)).c_str());
    if (*state == SchemaState::empty) {
        StoreMeta fresh;
        fresh.store_id = random_id(random);
        fresh.secret = random_id(random);
        fresh.incarnation = random_id(random);
        fresh.wall_time = clock.wall();
        if (auto made = make_schema(d, fresh); !made) return made.error();
    }
    if (*state == SchemaState::older) {
        auto copy = keep_copy(d, options.folder, files);
        if (!copy) return copy.error();
        if (auto migrated = migrate(d); !migrated) return migrated.error();
        on_warning("the store `" + options.folder + "` was brought to schema " + std::to_string(schema_version) + "; how it was before stands in `" + *copy + "`");
    }
    auto meta = read_meta(d);
    if (!meta) return meta.error();
    if (!options.memory && !meta->clean)
        if (auto error = recover(d)) return *error;

    meta->epoch += 1;
    d.exec("BEGIN IMMEDIATE");
    if (opened.lock && went_back(opened.lock->before(), *meta)) {
        on_warning("the store `" + options.folder + "` is older than what its lock remembers: a backup was restored. What came after it is sent again");
        meta->incarnation = random_id(random);
        // Lengths from before the backup say nothing about files that went on growing: they must not be cut (X2).
        d.exec("UPDATE file_out SET device=0, inode=0");
    }
    {
        Statement started(d, "UPDATE meta SET epoch=?, incarnation=?, clean=0, backup_mark=0 WHERE id=1");
        started.integer(1, meta->epoch).id(2, meta->incarnation).run();
    }
    d.exec("COMMIT");
    if (d.code() != 0) return Error{0, "the store `" + options.folder + "` can't be written: " + d.text()};
    opened.meta = *meta;
    return SqliteStore::make(std::move(opened), files, clock, std::move(on_fatal), std::move(on_warning));
}

}  // namespace weir
