#include "engine/simulate/files.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "engine/simulate/world.hpp"

namespace weir {

struct SimulatedFiles::Node {
    FileStatus::Sort sort = FileStatus::Sort::file;
    std::uint64_t inode = 0;
    std::int64_t born = 0, modified = 0;
    std::string bytes, durable_bytes;                            // of a file
    std::map<std::string, NodePointer> names, durable_names;     // of a folder
    bool locked = false;
};

namespace {

Error error_of(const std::string& path, int number) {
    std::string text = std::generic_category().message(number);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return {number, path + ": " + text};
}

}  // namespace

class SimulatedFile final : public File {
public:
    SimulatedFile(SimulatedFiles& files, SimulatedFiles::NodePointer node, std::string path, OpenMode mode)
        : files_(files), node_(std::move(node)), path_(std::move(path)), mode_(mode), generation_(files.generation_) {}
    ~SimulatedFile() override {
        if (holds_lock_ && generation_ == files_.generation_) node_->locked = false;
    }
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
        if (stale()) return error_of(path_, EBADF);
        if (offset >= node_->bytes.size()) return std::size_t{0};
        return node_->bytes.copy(into.data(), into.size(), static_cast<std::size_t>(offset));
    }
    Result<Done> write_at(std::uint64_t offset, std::string_view bytes) override {
        if (stale() || mode_ == OpenMode::read) return error_of(path_, EBADF);
        if (mode_ == OpenMode::append) return error_of(path_, EINVAL);
        return put(static_cast<std::size_t>(offset), bytes);
    }
    Result<Done> append(std::string_view bytes) override {
        if (stale() || mode_ == OpenMode::read) return error_of(path_, EBADF);
        return put(node_->bytes.size(), bytes);
    }
    Result<Done> truncate(std::uint64_t size) override {
        if (stale() || mode_ == OpenMode::read) return error_of(path_, EBADF);
        node_->bytes.resize(static_cast<std::size_t>(size));
        node_->modified = files_.clock_.wall();
        return Done{};
    }
    Result<Done> sync() override {
        if (stale()) return error_of(path_, EBADF);
        if (const int fault = files_.before_sync()) return error_of(path_, fault);
        node_->durable_bytes = node_->bytes;
        return Done{};
    }
    Result<FileStatus> status() override {
        if (stale()) return error_of(path_, EBADF);
        return FileStatus{files_.device_, node_->inode, node_->bytes.size(), node_->modified, node_->born, node_->sort};
    }
    bool lock_exclusive() override {
        if (stale() || (node_->locked && !holds_lock_)) return false;
        return node_->locked = holds_lock_ = true;
    }

private:
    bool stale() const { return generation_ != files_.generation_; }
    Result<Done> put(std::size_t offset, std::string_view bytes) {
        const std::size_t end = offset + bytes.size();
        const std::size_t grows_by = end > node_->bytes.size() ? end - node_->bytes.size() : 0;
        if (const int fault = files_.before_write(grows_by)) return error_of(path_, fault);
        if (grows_by > 0) node_->bytes.resize(end);
        std::copy(bytes.begin(), bytes.end(), node_->bytes.begin() + static_cast<std::ptrdiff_t>(offset));
        node_->modified = files_.clock_.wall();
        return Done{};
    }
    SimulatedFiles& files_;
    SimulatedFiles::NodePointer node_;
    std::string path_;
    OpenMode mode_;
    std::uint64_t generation_;
    bool holds_lock_ = false;
};

SimulatedFiles::SimulatedFiles(const Clock& clock, std::uint64_t device) : clock_(clock), device_(device) { root_ = make_node(FileStatus::Sort::folder); }
SimulatedFiles::~SimulatedFiles() = default;

std::vector<std::string> SimulatedFiles::parts_of(const std::string& path) {
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < path.size();) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string part = path.substr(at, slash - at);
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
        at = slash + 1;
    }
    return parts;
}

SimulatedFiles::NodePointer SimulatedFiles::make_node(FileStatus::Sort sort) {
    auto node = std::make_shared<Node>();
    node->sort = sort;
    node->inode = ++last_inode_;
    node->born = node->modified = clock_.wall();
    return node;
}

SimulatedFiles::NodePointer SimulatedFiles::find(const std::vector<std::string>& parts, std::size_t count) const {
    NodePointer node = root_;
    for (std::size_t i = 0; i < count; ++i) {
        const auto found = node->names.find(parts[i]);
        if (found == node->names.end()) return nullptr;
        node = found->second;
    }
    return node;
}

bool SimulatedFiles::denied(const std::vector<std::string>& parts) const {
    return std::any_of(denied_.begin(), denied_.end(),
                       [&](const auto& d) { return d.size() <= parts.size() && std::equal(d.begin(), d.end(), parts.begin()); });
}
void SimulatedFiles::deny(const std::string& path) { denied_.insert(parts_of(path)); }
void SimulatedFiles::allow(const std::string& path) { denied_.erase(parts_of(path)); }

int SimulatedFiles::before_write(std::uint64_t grows_by) {
    if (write_fault_ != 0 && --write_fault_ == 0) return EIO;
    if (grows_by > space_) return ENOSPC;
    space_ -= grows_by;
    return 0;
}
int SimulatedFiles::before_sync() {
    if (sync_fault_ != 0 && --sync_fault_ == 0) return EIO;
    ++syncs_;
    return 0;
}

Result<std::unique_ptr<File>> SimulatedFiles::open(const std::string& path, OpenMode mode, unsigned) {
    const std::vector<std::string> parts = parts_of(path);
    if (denied(parts)) return error_of(path, EACCES);
    if (parts.empty()) return Error{EISDIR, path + ": is a folder"};
    const NodePointer folder = find(parts, parts.size() - 1);
    if (!folder) return error_of(path, ENOENT);
    if (folder->sort != FileStatus::Sort::folder) return error_of(path, ENOTDIR);
    NodePointer node = find(parts, parts.size());
    if (node && mode == OpenMode::create_new) return error_of(path, EEXIST);
    if (node && node->sort == FileStatus::Sort::folder) return Error{EISDIR, path + ": is a folder"};
    if (node && node->sort == FileStatus::Sort::other) return Error{EINVAL, path + ": is no regular file"};
    if (!node) {
        if (mode == OpenMode::read) return error_of(path, ENOENT);
        if (space_ == 0) return error_of(path, ENOSPC);
        node = folder->names[parts.back()] = make_node(FileStatus::Sort::file);
    }
    return std::unique_ptr<File>(std::make_unique<SimulatedFile>(*this, node, path, mode));
}

Result<FileStatus> SimulatedFiles::status(const std::string& path) {
    const std::vector<std::string> parts = parts_of(path);
    const NodePointer node = find(parts, parts.size());
    if (!node) return error_of(path, ENOENT);
    return FileStatus{device_, node->inode, node->bytes.size(), node->modified, node->born, node->sort};
}

Result<std::vector<std::string>> SimulatedFiles::list(const std::string& folder) {
    const std::vector<std::string> parts = parts_of(folder);
    if (denied(parts)) return error_of(folder, EACCES);
    const NodePointer node = find(parts, parts.size());
    if (!node) return error_of(folder, ENOENT);
    if (node->sort != FileStatus::Sort::folder) return error_of(folder, ENOTDIR);
    std::vector<std::string> names;
    for (const auto& [name, _] : node->names) names.push_back(name);
    return names;
}

Result<Done> SimulatedFiles::make_folder(const std::string& path, unsigned) {
    const std::vector<std::string> parts = parts_of(path);
    if (denied(parts)) return error_of(path, EACCES);
    NodePointer node = root_;
    for (const std::string& part : parts) {
        if (node->sort != FileStatus::Sort::folder) return Error{ENOTDIR, path + ": is there and is no folder"};
        NodePointer& next = node->names[part];
        if (!next) {
            if (const int fault = before_sync()) {
                node->names.erase(part);
                return error_of(path, fault);
            }
            next = make_node(FileStatus::Sort::folder);
            node->durable_names[part] = next;
        }
        node = next;
    }
    if (node->sort != FileStatus::Sort::folder) return Error{ENOTDIR, path + ": is there and is no folder"};
    return Done{};
}

Result<Done> SimulatedFiles::rename(const std::string& from, const std::string& to, bool replace) {
    const std::vector<std::string> old_parts = parts_of(from), new_parts = parts_of(to);
    if (denied(old_parts) || denied(new_parts)) return error_of(to, EACCES);
    const NodePointer node = find(old_parts, old_parts.size());
    if (!node || old_parts.empty()) return error_of(from, ENOENT);
    if (new_parts.empty()) return error_of(to, EBUSY);
    const NodePointer folder = find(new_parts, new_parts.size() - 1);
    if (!folder) return error_of(to, ENOENT);
    if (folder->sort != FileStatus::Sort::folder) return error_of(to, ENOTDIR);
    const auto there = folder->names.find(new_parts.back());
    if (there != folder->names.end()) {
        if (!replace) return error_of(to, EEXIST);
        if (there->second == node) return Done{};
        if (there->second->sort == FileStatus::Sort::folder) return error_of(to, EISDIR);
    }
    folder->names[new_parts.back()] = node;
    find(old_parts, old_parts.size() - 1)->names.erase(old_parts.back());
    return Done{};
}

Result<Done> SimulatedFiles::remove(const std::string& path) {
    const std::vector<std::string> parts = parts_of(path);
    if (denied(parts)) return error_of(path, EACCES);
    const NodePointer node = find(parts, parts.size());
    if (!node || parts.empty()) return error_of(path, ENOENT);
    if (!node->names.empty()) return error_of(path, ENOTEMPTY);
    find(parts, parts.size() - 1)->names.erase(parts.back());
    return Done{};
}

Result<Done> SimulatedFiles::sync_folder(const std::string& path) {
    const std::vector<std::string> parts = parts_of(path);
    const NodePointer node = find(parts, parts.size());
    if (!node) return error_of(path, ENOENT);
    if (node->sort != FileStatus::Sort::folder) return error_of(path, ENOTDIR);
    if (const int fault = before_sync()) return error_of(path, fault);
    node->durable_names = node->names;
    return Done{};
}

Result<std::uint64_t> SimulatedFiles::free_bytes(const std::string&) { return space_; }

void SimulatedFiles::crash(std::uint64_t seed) {
    ++generation_;
    SeededRandom random(seed);
    std::set<Node*> seen;
    const auto lose = [&](const auto& self, Node& node) -> void {
        if (!seen.insert(&node).second) return;
        node.locked = false;
        if (node.sort == FileStatus::Sort::file && node.bytes != node.durable_bytes) {
            // Kept in part: a beginning of what was appended. What was overwritten in place is either as before or as it is.
            const bool appended = node.bytes.size() > node.durable_bytes.size() && node.bytes.starts_with(node.durable_bytes);
            if (seed != 0 && appended) {
                const std::size_t more = node.bytes.size() - node.durable_bytes.size();
                node.bytes.resize(node.durable_bytes.size() + static_cast<std::size_t>(random.next() % (more + 1)));
            } else if (seed == 0 || random.next() % 2 == 0) {
                node.bytes = node.durable_bytes;
            }
            node.durable_bytes = node.bytes;
        }
        if (node.names != node.durable_names) {
            if (seed == 0 || random.next() % 2 == 0) node.names = node.durable_names;
            node.durable_names = node.names;
        }
        for (auto& [_, next] : node.names) self(self, *next);
    };
    lose(lose, *root_);
}

SimulatedFiles::NodePointer SimulatedFiles::folder_for(const std::vector<std::string>& parts) {
    NodePointer node = root_;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        NodePointer& next = node->names[parts[i]];
        if (!next) next = make_node(FileStatus::Sort::folder);
        node->durable_names[parts[i]] = next;
        node = next;
    }
    return node;
}

void SimulatedFiles::put(const std::string& path, std::string_view text) {
    const std::vector<std::string> parts = parts_of(path);
    const NodePointer folder = folder_for(parts);
    NodePointer& node = folder->names[parts.back()];
    if (!node) node = make_node(FileStatus::Sort::file);
    node->bytes = node->durable_bytes = text;
    node->modified = clock_.wall();
    folder->durable_names[parts.back()] = node;
}
void SimulatedFiles::put_other(const std::string& path) {
    const std::vector<std::string> parts = parts_of(path);
    const NodePointer folder = folder_for(parts);
    folder->names[parts.back()] = folder->durable_names[parts.back()] = make_node(FileStatus::Sort::other);
}
std::string SimulatedFiles::text(const std::string& path) const {
    const std::vector<std::string> parts = parts_of(path);
    const NodePointer node = find(parts, parts.size());
    return node ? node->bytes : std::string();
}
bool SimulatedFiles::has(const std::string& path) const {
    const std::vector<std::string> parts = parts_of(path);
    return find(parts, parts.size()) != nullptr;
}

}  // namespace weir
