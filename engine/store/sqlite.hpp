#pragma once
// The one place that talks to SQLite. An error sticks: after it no statement runs until `forget_error`, because SQLite may have rolled the
// transaction back by itself and what follows would commit one by one (S3).
// Thread: a Database and its statements are used by one thread at a time. A Statement ends before its Database.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/message/id.hpp"
#include "engine/ports/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace weir {

// What an error asks for (S3).
enum class SqlFault : std::uint8_t {
    none,
    no_room,   // FULL, NOMEM, BUSY: later
    this_row,  // CONSTRAINT, TOOBIG, MISMATCH: one row is at fault
    broken,    // everything else
};

class Database {
public:
    enum class How : std::uint8_t { create, write, read_only };
    static Result<std::unique_ptr<Database>> open(const std::string& path, How how, const std::string& vfs);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    int code() const { return code_; }  // of the first error that stuck; 0: none
    const std::string& text() const { return text_; }
    SqlFault fault() const;
    void forget_error();
    // Ends a transaction that may or may not still be open. False: SQLite would not, and the connection is of no use.
    bool roll_back();
    bool in_transaction() const;
    std::uint64_t changed() const;   // rows, by the last statement
    std::uint64_t last_row() const;  // the number that the newest inserted row got

    bool exec(const char* sql);
    std::int64_t number(const char* sql);  // the first column of the first row, else 0
    // Backfills the log into the file without waiting for anybody; `whole` also empties the log and waits for readers.
    struct Checkpoint {
        int code = 0, log = 0, done = 0;
    };
    Checkpoint checkpoint(bool whole, int wait_milliseconds = 0);
    int log_frames() const { return log_frames_; }  // as of the last commit
    void keep_log_on_close();
    void limit_length(int bytes);

private:
    friend class Statement;
    Database() = default;
    void failed(int code);
    sqlite3* handle_ = nullptr;
    int code_ = 0;
    int log_frames_ = 0;
    std::string text_;
};

class Statement {
public:
    Statement() = default;
    Statement(Database& database, std::string_view sql);
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();
    explicit operator bool() const { return handle_ != nullptr; }

    // Texts and blobs are not copied: they live until the statement is reset.
    Statement& integer(int at, std::int64_t value);
    Statement& integer(int at, std::uint64_t value) { return integer(at, static_cast<std::int64_t>(value)); }
    Statement& integer(int at, std::uint32_t value) { return integer(at, static_cast<std::int64_t>(value)); }
    Statement& integer(int at, int value) { return integer(at, static_cast<std::int64_t>(value)); }
    Statement& blob(int at, std::string_view value);
    Statement& text(int at, std::string_view value);
    Statement& null(int at);
    Statement& id(int at, const Id128& value);  // its own copy of the 16 bytes, one for each statement

    bool step();  // true: a row
    bool run();   // to the end, and reset; false: an error stuck
    void reset();

    std::int64_t integer(int column) const;
    std::uint64_t natural(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    std::string_view blob(int column) const;  // until the next step
    bool read_id(int column, Id128& out) const;    // false: not 16 bytes
    bool is_integer(int column) const;

private:
    Database* database_ = nullptr;
    sqlite3_stmt* handle_ = nullptr;
    unsigned char id_[16] = {};
};

}  // namespace weir
