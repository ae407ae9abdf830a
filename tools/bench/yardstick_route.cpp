#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "tools/bench/tree.hpp"
#include "tools/bench/yardsticks.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 18;
constexpr std::size_t flush_bytes = 48 * 1024;

class Output {
public:
    explicit Output(const std::string& path) : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
        if (file_ < 0) give_up("can't write " + path);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() {
        flush();
        close(file_);
    }
    void line(const Tree& tree) {
        writer_.write(tree);
        writer_.newline();
        if (writer_.view().size() > flush_bytes) flush();
    }

private:
    void flush() {
        for (std::string_view left = writer_.view(); !left.empty();) {
            const ssize_t wrote = write(file_, left.data(), left.size());
            if (wrote < 0) give_up("can't write");
            left.remove_prefix(static_cast<std::size_t>(wrote));
        }
        writer_.clear();
    }
    int file_;
    TreeWriter writer_;
};

class Route {
public:
    explicit Route(const std::string& folder) : europe_(folder + "/eu.jsonl"), states_(folder + "/us.jsonl"), others_(folder + "/other.jsonl") {}
    bool line(const char* text, std::size_t length) {
        pool_.reset();
        Tree order;
        if (!reader_.read(text, length, pool_, order)) return false;
        const Tree *customer = order.get("customer"), *items = order.get("items"), *id = order.get("id"), *at = order.get("ts");
        if (customer == nullptr || items == nullptr || id == nullptr || at == nullptr || items->tag() != Tag::array) return false;
        const Tree *region = customer->get("region"), *name = customer->get("name"), *tier = customer->get("tier");
        if (region == nullptr || name == nullptr || region->tag() != Tag::text || name->tag() != Tag::text) return false;
        auto* upper = static_cast<char*>(pool_.take(name->length()));
        for (std::uint32_t n = 0; n < name->length(); ++n) upper[n] = name->s[n] >= 'a' && name->s[n] <= 'z' ? static_cast<char>(name->s[n] - 32) : name->s[n];
        auto* skus = static_cast<Tree*>(pool_.take(items->length() * sizeof(Tree)));
        double total = 0;
        for (std::uint32_t n = 0; n < items->length(); ++n) {
            const Tree *quantity = items->items[n].get("qty"), *price = items->items[n].get("price"), *sku = items->items[n].get("sku");
            if (quantity == nullptr || price == nullptr || sku == nullptr) return false;
            total += quantity->number() * price->number();
            skus[n] = *sku;
        }
        Entry who[2], out[6];
        who[0] = {"name", 4, Tree::text_of(upper, name->length())};
        who[1] = {"tier", 4, tier != nullptr ? *tier : Tree::text_of("std", 3)};
        Tree who_tree(Tag::object, 2), sku_tree(Tag::array, items->length()), tree(Tag::object, 6);
        who_tree.entries = who;
        sku_tree.items = skus;
        out[0] = {"id", 2, *id};
        out[1] = {"customer", 8, who_tree};
        out[2] = {"total", 5, Tree::real_of(total)};
        out[3] = {"skus", 4, sku_tree};
        out[4] = {"region", 6, *region};
        out[5] = {"received_at", 11, *at};
        tree.entries = out;
        (region->text() == "EU" ? europe_ : region->text() == "US" ? states_ : others_).line(tree);
        return true;
    }

private:
    Output europe_, states_, others_;
    Pool pool_;
    TreeReader reader_;
};

}  // namespace

bool yardstick_route(const std::string& input, const std::string& output_folder) {
    const int file = open(input.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) give_up("can't read " + input);
    auto route = std::make_unique<Route>(output_folder);
    std::string block(block_bytes + tree_padding, '\0');
    std::size_t have = 0;
    bool good = true;
    for (;;) {
        if (block.size() - tree_padding - have < block_bytes / 2) block.resize(block.size() * 2);
        const ssize_t got = read(file, block.data() + have, block.size() - tree_padding - have);
        if (got < 0) give_up("can't read " + input);
        const char* at = block.data();
        const char* const end = at + have + static_cast<std::size_t>(got);
        while (at < end) {
            const auto* newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
            if (newline == nullptr) break;
            if (newline > at) good = route->line(at, static_cast<std::size_t>(newline - at)) && good;
            at = newline + 1;
        }
        have = static_cast<std::size_t>(end - at);
        if (got == 0) {
            if (have > 0) {
                std::string last(at, have);
                last.append(tree_padding, '\0');
                good = route->line(last.data(), have) && good;
            }
            break;
        }
        std::memmove(block.data(), at, have);
    }
    close(file);
    return good;
}

}  // namespace weir::bench
