#pragma once
// A store that no engine runs is taken by the command itself, for one thing that it does to it (O1).
#include <functional>
#include <string>
#include <vector>

#include "engine/ports/store.hpp"
#include "engine/ports/world.hpp"

namespace weir::command {

// A queue of one thread that runs what is posted when asked: the store needs no more for one commit.
class Turn final : public Executor {
public:
    void post(Task task) override { tasks_.push_back(std::move(task)); }
    std::uint64_t after(EngineTime, Task) override { return 0; }
    void cancel(std::uint64_t) override {}
    void run() {
        for (std::size_t n = 0; n < tasks_.size(); ++n) {
            Task task = std::move(tasks_[n]);
            task();
        }
        tasks_.clear();
    }

private:
    std::vector<Task> tasks_;
};

struct TakenStore {
    Store& store;
    Turn& turn;
    const Clock& clock;
    Random& random;
};
// Opens the store in `folder`, which must be there, does `work` and closes it in order. An engine that starts meanwhile finds it in use.
Result<Done> take_store(const std::string& folder, const std::function<Result<Done>(TakenStore&)>& work);

// Nobody listens beside that store: no engine, or one that has just ended. The lock says which, and two commands can't both have it.
bool nobody_listens(const Error& error);

}  // namespace weir::command
