#include "engine/steps/catalog.hpp"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace weir {
namespace {

struct Entry {
    std::string_view word;
    StepPtr (*make)(const plan::Node&, StepMaker&, At);
};
constexpr Entry steps[] = {
    {"->", make_send},         {"call", make_call}, {"decode", make_decode}, {"discard", make_discard}, {"drop", make_drop},   {"encode", make_encode}, {"enrich", make_call},          {"expire", make_expire}, {"fail", make_fail},   {"filter", make_filter},
    {"keep", make_keep},       {"let", make_let},   {"log", make_log},         {"recipients", make_recipients}, {"reply", make_reply}, {"route", make_route}, {"set", make_set},
    {"tap", make_tap},         {"translate", make_translate},                  {"validate", make_validate},
};

}  // namespace

StepPtr make_step(const plan::Node& node, StepMaker& maker, At behind) {
    for (const Entry& entry : steps)
        if (entry.word == node.word) return entry.make(node, maker, behind);
    std::fprintf(stderr, "weir: no step for the word `%s` of a checked plan\n", node.word.c_str());
    std::abort();
}

}  // namespace weir
