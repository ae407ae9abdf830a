#include "engine/runtime/settings.hpp"

#include "engine/message/json.hpp"
#include "engine/message/text.hpp"

namespace weir {
namespace {

// `--set n=5`: text is read by the declared type (library.md 2, Text records).
bool read_text(const plan::Plan& plan, plan::TypeId type, std::string_view text, Arena& arena, Value& out) {
    const std::string_view kept(arena.copy(text), text.size());
    const plan::TypeKind kind = type == plan::none ? plan::TypeKind::any : plan.types[type].kind;
    const char* why = "";
    switch (kind) {
        case plan::TypeKind::bool_:
            if (text != "true" && text != "false") return false;
            out = Value::boolean(text == "true");
            return true;
        case plan::TypeKind::int_: return compute_number(Value::number_text(kept), arena, out, why) && out.kind() == Kind::integer;
        case plan::TypeKind::decimal:
        case plan::TypeKind::double_: return read_decimal(text).has_value() && compute_number(Value::number_text(kept), arena, out, why);
        case plan::TypeKind::duration:
            if (const auto d = read_duration(text)) {
                out = Value::nanoseconds(Kind::duration, *d);
                return true;
            }
            return false;
        case plan::TypeKind::size:
            if (const auto s = read_size(text)) {
                out = Value::nanoseconds(Kind::size, *s);
                return true;
            }
            return false;
        case plan::TypeKind::timestamp:
            if (const auto t = read_timestamp(text)) {
                out = Value::nanoseconds(Kind::timestamp, *t);
                return true;
            }
            return false;
        default: out = Value::string(kept); return true;
    }
}

}  // namespace

Result<Done> evaluate_params(const plan::Plan& plan, const std::map<std::string, std::string>& settings, Compiler& compiler, Scope& scope, std::vector<Value>& out) {
    out.assign(plan.params.size(), Value());
    std::map<std::string, std::string> left = settings;
    for (std::size_t n = 0; n < plan.params.size(); ++n) {
        const plan::Param& param = plan.params[n];
        scope.params = out.data();
        auto set = left.find(param.file + "." + param.name);
        if (set == left.end()) {
            set = left.find(param.name);
            if (set != left.end())
                for (std::size_t k = 0; k < plan.params.size(); ++k)
                    if (k != n && plan.params[k].name == param.name && plan.params[k].file != param.file)
                        return Error{0, "--set " + param.name + ": two files have a parameter of that name; write --set " + param.file + "." + param.name + "=.."};
        }
        if (set != left.end() && !param.secret) {
            if (!read_text(plan, param.type, set->second, *scope.arena, out[n])) return Error{0, "--set " + set->first + ": `" + set->second + "` does not fit the type of the parameter `" + param.name + "`"};
            left.erase(set);
        } else if (param.value == plan::none) {
            return Error{0, "the parameter `" + param.name + "` has no value: give it with --set " + param.name + "=.."};
        } else {
            const CodePtr code = compiler.compile(param.value);
            if (!code->run(scope, out[n])) return Error{0, (param.secret ? "the secret `" : "the parameter `") + param.name + "` can't be computed: " + scope.why};
            if (out[n].kind() == Kind::string && param.type != plan::none && plan.types[param.type].kind != plan::TypeKind::any && plan.types[param.type].kind != plan::TypeKind::string) {
                Value converted;  // `param n: int = env("N")`
                if (read_text(plan, param.type, out[n].text(), *scope.arena, converted)) out[n] = converted;
            }
        }
        Value fits;
        Misfit misfit;
        if (!param.secret && param.type != plan::none && !conform(plan, param.type, out[n], scope, false, compiler, fits, misfit))
            return Error{0, "the parameter `" + param.name + "` does not fit its type: " + misfit.why};
    }
    if (!left.empty()) return Error{0, "--set " + left.begin()->first + ": no file has a parameter of that name"};
    scope.params = out.data();
    return Done{};
}

std::string write_params(const plan::Plan& plan, const std::vector<Value>& params) {
    std::string out;
    for (std::size_t n = 0; n < plan.params.size() && n < params.size(); ++n) {
        const plan::Param& param = plan.params[n];
        const Value& value = params[n];
        const bool composed = value.kind() == Kind::array || value.kind() == Kind::object || value.kind() == Kind::bytes || value.is_absent();
        const bool typed = param.type != plan::none && plan.types[param.type].kind != plan::TypeKind::any;
        if (param.secret || composed || (!typed && value.kind() != Kind::string)) continue;
        std::string text;
        if (value.kind() == Kind::string) text = value.text();
        else write_json(text, value);
        if (text.size() >= 2 && value.kind() != Kind::string && text.front() == '"') text = text.substr(1, text.size() - 2);  // durations, sizes, timestamps
        out += out.empty() ? "{" : ",";
        write_json_string(out, param.file + "." + param.name);
        out += ':';
        write_json_string(out, text);
    }
    return out.empty() ? out : out + "}";
}

std::string with_params(std::string_view texts, std::string_view params) {
    std::string out(texts);
    if (params.empty() || !out.ends_with('}')) return out;
    out.pop_back();
    out.append(out.ends_with('{') ? "" : ",").append("\"params\":").append(params).append("}");
    return out;
}

std::string row_hash(std::string_view plan_hash, std::string_view params) {
    if (params.empty()) return std::string(plan_hash);
    std::string both(plan_hash);
    both.append("\n").append(params);
    return to_text(sha256_128(both));
}

}  // namespace weir
