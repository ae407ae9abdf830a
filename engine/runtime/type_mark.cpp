#include "engine/runtime/type_mark.hpp"

#include <string>
#include <vector>

#include "dsl/plan/print.hpp"

namespace weir {
namespace {

class Walk {
public:
    explicit Walk(const plan::Plan& plan) : plan_(plan), open_(plan.types.size(), false) {}
    void visit(plan::TypeId id) {
        if (id == plan::none || open_[id]) return add("^");  // a type that holds itself
        open_[id] = true;
        const plan::Type& type = plan_.types[id];
        using K = plan::TypeKind;
        reads_text = reads_text || type.kind == K::timestamp || type.kind == K::bytes || type.kind == K::duration || type.kind == K::size;
        add(std::to_string(static_cast<int>(type.kind)) + (type.nullable ? "?" : "") + type.by);
        if (type.kind == K::literal || type.kind == K::range) add(print_type(plan_, id));
        for (const plan::TypeId inner : type.of) visit(inner);
        for (const plan::Field& field : type.fields) {
            add(field.name + (field.optional ? "?" : ":"));
            visit(field.type);
        }
        add(".");
        open_[id] = false;
    }
    std::uint32_t hash = 2166136261u;
    bool reads_text = false;

private:
    void add(const std::string& text) {
        for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    }
    const plan::Plan& plan_;
    std::vector<bool> open_;
};

}  // namespace

TypeMark mark_of(const plan::Plan& plan, plan::TypeId type) {
    if (type == plan::none || plan.types[type].kind == plan::TypeKind::any) return {};
    Walk walk(plan);
    walk.visit(type);
    const std::uint32_t mark = (walk.hash ^ (walk.hash >> 24)) & 0xffffffu;
    return {mark == 0 ? 1 : mark, walk.reads_text};
}

}  // namespace weir
