#pragma once
// Opens the store of an engine: folder, lock, schema, and what a crash left behind.
//
// Without an engine running a command may take the store itself: open it with `inline_writer`, `number` the channel, and `commit` one unit
// without a position that has one Put (`Slice`s into Commit::bytes; the envelope from encode_envelope). The continuation runs as a task of
// `home`; then `stop`. With an engine running open_store fails ("in use").
#include <functional>
#include <memory>
#include <string>

#include "engine/ports/files.hpp"
#include "engine/ports/store.hpp"
#include "engine/ports/world.hpp"
#include "engine/store/options.hpp"

namespace weir {

// `on_fatal`: S3 and O2, the process must end with status 2; called once, on the writer's thread
// or on that of who gives a number, and no continuation runs after it.
// `on_warning`: a sentence for the log; from the writer's thread. The references must outlive the store.
// stop's continuation runs on the writer's thread (inline: within stop); the store is destroyed afterwards, never inside it.
Result<std::unique_ptr<Store>> open_store(const StoreOptions& options, Files& files, Clock& clock, Random& random, std::function<void(std::string)> on_fatal,
                                          std::function<void(std::string)> on_warning);

}  // namespace weir
