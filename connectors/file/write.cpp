// file.write: whole files that appear at once or not at all (X3).
#include <cerrno>

#include "connectors/arguments.hpp"
#include "connectors/file/parts.hpp"
#include "engine/ports/read_whole.hpp"

namespace weir::file {
namespace {

class Write final : public Sink {
public:
    explicit Write(ConnectorWorld world) : world_(world) {}
    void send(SendRequest request, Then<SendResponse> then) override {
        SendResponse response = put(request);
        world_.executor.post([then = std::move(then), response = std::move(response)]() mutable { then(std::move(response)); });
    }

private:
    static SendResponse failed(const Error& error) { return {false, failure_of(error)}; }

    SendResponse put(const SendRequest& request) {
        SendResponse response;
        std::string path;
        if (!target_path(request.arguments, path, response.failure)) return response;
        const bool replace = text_argument(request.arguments, "exists") == "replace";
        const std::string folder(folder_of(path));
        const std::string at = folder.empty() ? "." : folder;
        const std::string temporary = folder + ".weir-" + to_text(request.id) + ".tmp";
        Result<Done> written = write(temporary, request.body);
        if (!written && written.error().number == ENOENT && !folder.empty()) {
            Result<Done> made = world_.files.make_folder(folder);
            if (!made) return failed(made.error());
            written = write(temporary, request.body);
        }
        if (!written) return give_up(temporary, written.error());
        const Result<Done> renamed = world_.files.rename(temporary, path, replace);
        if (!renamed) {
            if (renamed.error().number != EEXIST) return give_up(temporary, renamed.error());
            // A run before this one came as far as this, or the file is another's.
            const Result<std::string> there = read_whole(world_.files, path, request.body.size());
            if (!there || *there != request.body) return give_up(temporary, {EEXIST, shown(path) + ": is there already, with another content"});
            (void)world_.files.remove(temporary);
        }
        const Result<Done> synced = world_.files.sync_folder(at);
        if (!synced) return failed(synced.error());
        response.ok = true;
        return response;
    }
    Result<Done> write(const std::string& temporary, std::string_view body) {
        Result<std::unique_ptr<File>> file = world_.files.open(temporary, OpenMode::create_new, 0644);
        if (!file && file.error().number == EEXIST) {  // left by a crash
            const Result<Done> removed = world_.files.remove(temporary);
            if (!removed) return removed.error();
            file = world_.files.open(temporary, OpenMode::create_new, 0644);
        }
        if (!file) return file.error();
        Result<Done> done = (*file)->write_at(0, body);
        return done ? (*file)->sync() : done;
    }
    SendResponse give_up(const std::string& temporary, const Error& error) {
        (void)world_.files.remove(temporary);
        return failed(error);
    }
    ConnectorWorld world_;
};

}  // namespace

std::unique_ptr<Sink> write_sink(ConnectorWorld world) { return std::make_unique<Write>(world); }

}  // namespace weir::file
