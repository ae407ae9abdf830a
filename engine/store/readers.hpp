#pragma once
// Reading of channels beside the writer: connections of their own, read only, each used by one thread at a time, in short transactions (S1).
// Thread: any.
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "engine/ports/store.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

// A row whose columns are not what they should be (S7).
struct BadRow {
    RowId id = 0;
    std::string why;
};
// Reads rows through a prepared statement of `channel_rows_sql`.
std::string channel_rows_sql(No channel);
std::vector<Row> read_rows(Statement& rows, RowId after, std::size_t count, std::size_t bytes, std::vector<BadRow>& bad);

class Readers {
public:
    Readers(std::string path, std::string vfs) : path_(std::move(path)), vfs_(std::move(vfs)) {}
    Result<std::vector<Row>> read(No channel, RowId after, std::size_t rows, std::size_t bytes, std::vector<BadRow>& bad);
    Result<DueRow> due_row(RowId id);
    Result<StoredReply> reply(RowId seen);
    Result<std::vector<DeadRow>> dead_letters(std::string_view flow, RowId after, std::size_t rows);
    // Nobody reads while this is held: the log can start anew.
    std::unique_lock<std::shared_mutex> pause() { return std::unique_lock(gate_); }

private:
    struct Reader {
        std::unique_ptr<Database> database;
        std::vector<Statement> by_channel;
        Statement due, reply, dead;
    };
    Result<std::unique_ptr<Reader>> take();

    std::string path_, vfs_;
    std::shared_mutex gate_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Reader>> idle_;
};

}  // namespace weir
