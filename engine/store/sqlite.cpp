#include "engine/store/sqlite.hpp"

#include <sqlite3.h>

#include <mutex>
#include <utility>

namespace weir {

namespace {

constexpr int busy_milliseconds = 1000;

void store_big_endian(unsigned char* out, std::uint64_t value) {
    for (int i = 7; i >= 0; --i) {
        out[i] = static_cast<unsigned char>(value);
        value >>= 8;
    }
}
std::uint64_t load_big_endian(const unsigned char* in) {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | in[i];
    return value;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(const std::string& path, How how, const std::string& vfs) {
    static std::once_flag once;
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });  // its counters take a global mutex at every allocation
    std::unique_ptr<Database> database(new Database);
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (how == How::read_only) flags |= SQLITE_OPEN_READONLY;
    if (how == How::write) flags |= SQLITE_OPEN_READWRITE;
    if (how == How::create) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    const int code = sqlite3_open_v2(path.c_str(), &database->handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
    if (code != SQLITE_OK) {
        const int number = database->handle_ ? sqlite3_system_errno(database->handle_) : 0;
        return Error{number, "the store `" + path + "` can't be opened: " + (database->handle_ ? sqlite3_errmsg(database->handle_) : sqlite3_errstr(code))};
    }
    sqlite3_busy_timeout(database->handle_, busy_milliseconds);
    sqlite3_wal_autocheckpoint(database->handle_, 0);
    sqlite3_wal_hook(
        database->handle_,
        [](void* self, sqlite3*, const char*, int frames) {
            static_cast<Database*>(self)->log_frames_ = frames;
            return SQLITE_OK;
        },
        database.get());
    return database;
}

Database::~Database() {
    if (handle_) sqlite3_close(handle_);
}

void Database::failed(int code) {
    if (code_ != 0) return;
    code_ = code;
    text_ = sqlite3_errmsg(handle_);
    if (const int number = sqlite3_system_errno(handle_); number != 0) text_ += " (errno " + std::to_string(number) + ")";
}

SqlFault Database::fault() const {
    switch (code_ & 0xff) {
        case SQLITE_OK: return SqlFault::none;
        case SQLITE_FULL:
        case SQLITE_NOMEM:
        case SQLITE_BUSY: return SqlFault::no_room;
        case SQLITE_CONSTRAINT:
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH: return SqlFault::this_row;
        default: return SqlFault::broken;
    }
}

void Database::forget_error() {
    code_ = 0;
    text_.clear();
}

bool Database::roll_back() {
    forget_error();
    if (!in_transaction()) return true;  // FULL and NOMEM may have rolled it back already
    exec("ROLLBACK");
    forget_error();
    return !in_transaction();
}

bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

std::uint64_t Database::changed() const { return static_cast<std::uint64_t>(sqlite3_changes64(handle_)); }
std::uint64_t Database::last_row() const { return static_cast<std::uint64_t>(sqlite3_last_insert_rowid(handle_)); }

bool Database::exec(const char* sql) {
    if (code_ != 0) return false;
    if (const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr); code != SQLITE_OK) {
        failed(code);
        return false;
    }
    return true;
}

std::int64_t Database::number(const char* sql) {
    Statement statement(*this, sql);
    return statement.step() ? statement.integer(0) : 0;
}

Database::Checkpoint Database::checkpoint(bool whole, int wait_milliseconds) {
    Checkpoint result;
    sqlite3_busy_timeout(handle_, wait_milliseconds);
    result.code = sqlite3_wal_checkpoint_v2(handle_, nullptr, whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE, &result.log, &result.done);
    if (result.code != SQLITE_OK && (result.code & 0xff) != SQLITE_BUSY) failed(result.code);
    sqlite3_busy_timeout(handle_, busy_milliseconds);
    if (whole && result.code == SQLITE_OK) log_frames_ = 0;
    return result;
}

void Database::keep_log_on_close() { sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }
void Database::limit_length(int bytes) { sqlite3_limit(handle_, SQLITE_LIMIT_LENGTH, bytes); }

Statement::Statement(Database& database, std::string_view sql) : database_(&database) {
    if (database.code_ != 0) return;
    const int code =
        sqlite3_prepare_v3(database.handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
    if (code != SQLITE_OK) database.failed(code);
}
Statement::Statement(Statement&& other) noexcept : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)) {}
Statement& Statement::operator=(Statement&& other) noexcept {
    if (this != &other) {
        sqlite3_finalize(handle_);
        database_ = other.database_;
        handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
}
Statement::~Statement() { sqlite3_finalize(handle_); }

Statement& Statement::integer(int at, std::int64_t value) {
    if (handle_)
        if (const int code = sqlite3_bind_int64(handle_, at, value); code != SQLITE_OK) database_->failed(code);
    return *this;
}
Statement& Statement::blob(int at, std::string_view value) {
    // A null pointer would bind NULL.
    if (handle_)
        if (const int code = sqlite3_bind_blob64(handle_, at, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC); code != SQLITE_OK)
            database_->failed(code);
    return *this;
}
Statement& Statement::text(int at, std::string_view value) {
    if (handle_)
        if (const int code = sqlite3_bind_text64(handle_, at, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC, SQLITE_UTF8); code != SQLITE_OK)
            database_->failed(code);
    return *this;
}
Statement& Statement::null(int at) {
    if (handle_)
        if (const int code = sqlite3_bind_null(handle_, at); code != SQLITE_OK) database_->failed(code);
    return *this;
}
Statement& Statement::id(int at, const Id128& value) {
    store_big_endian(id_, value.a);
    store_big_endian(id_ + 8, value.b);
    return blob(at, {reinterpret_cast<const char*>(id_), 16});
}

bool Statement::step() {
    if (!handle_ || database_->code_ != 0) return false;
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) database_->failed(code);
    return false;
}
bool Statement::run() {
    while (step()) {
    }
    reset();
    return database_ && database_->code_ == 0;
}
void Statement::reset() {
    if (handle_) sqlite3_reset(handle_);
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
std::string_view Statement::blob(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    return bytes ? std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))) : std::string_view();
}
bool Statement::read_id(int column, Id128& out) const {
    const auto bytes = blob(column);
    if (bytes.size() != 16) return false;
    const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
    out = {load_big_endian(raw), load_big_endian(raw + 8)};
    return true;
}
bool Statement::is_integer(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_INTEGER; }

}  // namespace weir
