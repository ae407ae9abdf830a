// From the roots to all files: reads, parses, follows imports. What is imported comes before what imports it.
#include <algorithm>

#include "dsl/check/checker.hpp"
#include "dsl/check/stdlib.hpp"
#include "dsl/grammar/parse.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

namespace {

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash + 1);
}

std::string stem_of(const std::string& path) {
    std::string name = path.substr(folder_of(path).size());
    const std::size_t dot = name.find('.');
    return dot == std::string::npos ? name : name.substr(0, dot);
}

// a/./b/../c is a/c: two spellings of a path are one file.
std::string normal(const std::string& path) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= path.size();) {
        const std::size_t slash = std::min(path.find('/', from), path.size());
        const std::string part = path.substr(from, slash - from);
        if (part == ".." && !parts.empty() && parts.back() != ".." && !parts.back().empty()) parts.pop_back();
        else if (part != "." && !(part.empty() && from != 0)) parts.push_back(part);
        from = slash + 1;
    }
    std::string out;
    for (std::size_t i = 0; i < parts.size(); ++i) out += (i ? "/" : "") + parts[i];
    return out;
}

class Loader {
public:
    explicit Loader(Checker& checker) : c_(checker) {}

    Module* load(const std::string& path, const std::string& shown, Span wanted_at, bool root) {
        for (auto& m : c_.modules)
            if (m->path == path) {
                m->root = m->root || root;
                return m.get();
            }
        auto text = is_standard(path) ? standard(path) : c_.read(path);
        if (!text) {
            if (is_standard(path)) {
                no_standard(path, wanted_at);
                return nullptr;
            }
            if (root) wanted_at = c_.sources.file(c_.sources.add(shown, "")).span();
            c_.findings.error(Code::W0100, wanted_at, "`{}` can't be read", path);
            return nullptr;
        }
        auto module = std::make_unique<Module>();
        Module* me = module.get();
        me->path = path;
        me->stem = stem_of(path);
        me->root = root;
        me->source = c_.sources.add(shown, std::move(*text));
        me->tree = parse(c_.sources, me->source, c_.findings);
        open_.push_back(me);
        for (syntax::Declaration& d : me->tree.declarations)
            if (auto* i = std::get_if<syntax::Import>(&d.node)) follow(*me, *i);
        open_.pop_back();
        c_.modules.push_back(std::move(module));
        return me;
    }

private:
    // `std.name`, never a file's path.
    static bool is_standard(std::string_view path) { return path.starts_with("std.") && !path.ends_with(".flow"); }

    static std::optional<std::string> standard(std::string_view path) {
        for (const StandardText& t : standard_library())
            if (path.substr(4) == t.name) return std::string(t.text);
        return std::nullopt;
    }

    void no_standard(const std::string& path, Span wanted_at) {
        std::vector<std::string> names;
        for (const StandardText& t : standard_library()) names.push_back("std." + std::string(t.name));
        auto finding = c_.findings.error(Code::W0100, wanted_at, "the standard library has no `{}`", path);
        const std::string best = nearest(path, names);
        if (!best.empty()) finding.replace(wanted_at, best, "did you mean");
    }

    void follow(Module& me, const syntax::Import& i) {
        std::string path, shown;
        if (i.is_path) {
            path = normal(folder_of(me.path) + i.path);
            shown = path;
        } else {
            shown = i.module.text;
            path = shown;
            if (!is_standard(path)) {
                std::replace(path.begin(), path.end(), '.', '/');
                path += ".flow";
            }
        }
        if (i.alias) c_.not_built(i.alias->at, "`import .. as`");
        for (std::size_t k = 0; k < open_.size(); ++k) {
            if (open_[k]->path != path) continue;
            std::string circle;
            for (std::size_t n = k; n < open_.size(); ++n) circle += "`" + open_[n]->path + "` imports ";
            c_.findings.error(Code::W0101, i.what, "imports go in a circle").say("{}`{}`", circle, path);
            return;
        }
        Module* imported = load(path, shown, i.what, false);
        if (imported && std::find(me.imports.begin(), me.imports.end(), imported) == me.imports.end()) me.imports.push_back(imported);
    }

    Checker& c_;
    std::vector<Module*> open_;
};

}  // namespace

bool load(Checker& checker, const std::vector<std::string>& roots) {
    Loader loader(checker);
    for (const std::string& path : roots) loader.load(normal(path), path, {}, true);
    return !checker.modules.empty();
}

}  // namespace weir
