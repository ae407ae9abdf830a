#include "tools/command/take.hpp"

#include <cerrno>

#include "engine/store/open.hpp"
#include "engine/system/files.hpp"
#include "engine/system/world.hpp"
#include "tools/command/output.hpp"

namespace weir::command {

Result<Done> take_store(const std::string& folder, const std::function<Result<Done>(TakenStore&)>& work) {
    PosixFiles files;
    SystemClock clock;
    SystemRandom random;
    StoreOptions options;
    options.folder = folder;
    options.inline_writer = true;
    std::string fatal;
    Turn turn;
    Result<std::unique_ptr<Store>> store = open_store(options, files, clock, random, [&](std::string why) { fatal = std::move(why); }, [](std::string why) { print_error("weir: " + why + "\n"); });
    if (!store) return store.error();
    TakenStore taken{**store, turn, clock, random};
    Result<Done> how = work(taken);
    if (fatal.empty()) (*store)->stop([] {});
    if (!fatal.empty()) return Error{0, fatal};
    return how;
}

bool nobody_listens(const Error& error) { return error.number == ECONNREFUSED || error.number == ENOENT; }

}  // namespace weir::command
