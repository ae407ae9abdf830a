// The rules of grammar.md. The only file that sees PEGTL: scanners do the characters, PEGTL the structure, nodes.hpp says what comes out.
#include <algorithm>
#include <tao/pegtl.hpp>
#include <tao/pegtl/contrib/analyze.hpp>

#include "dsl/grammar/messages.hpp"
#include "dsl/grammar/recover.hpp"
#include "dsl/grammar/rules.hpp"
#include "dsl/grammar/scan.hpp"

namespace weir::grammar {
namespace p = tao::pegtl;
using p::at;
using p::not_at;
using p::opt;
using p::plus;
using p::seq;
using p::sor;
using p::star;
using Input = p::memory_input<p::tracking_mode::lazy, p::eol::lf_crlf, const char*>;

struct Parse : State {
    Nodes nodes;
    const SourceFile* file = nullptr;
    Findings* findings = nullptr;
    const char* last_error = nullptr;
    bool unbalanced = false;  // a recovery in this declaration met brackets that do not pair
    bool broken = false;      // the declaration before has a finding
    const char* declaration = nullptr;
    std::uint32_t offset(const char* q) const { return static_cast<std::uint32_t>(q - base); }
    std::uint32_t position(const char* q) const { return file->begin + offset(q); }
    Span span(const char* a, const char* b) const { return {position(a), position(b)}; }
    Span token(const char* q) const { return span(q, token_end(q, end)); }
};

inline void move(Input& in, const char* q) { in.bump(static_cast<std::size_t>(q - in.current())); }

// A rule from a scanner. The full signature: a rule with the short one gets no state.
template <Scanner F, bool Empty = false> struct scan {
    using rule_t = scan;
    using subs_t = p::empty_list;
    template <p::apply_mode, p::rewind_mode, template <typename...> class, template <typename...> class> static bool match(Input& in, Parse& c) {
        const char* q = F(in.current(), c);
        if (!q) return false;
        move(in, q);
        return true;
    }
};
// A rule from a look ahead; consumes nothing.
template <bool (*F)(const char*, const char*), bool Yes = true> struct ahead {
    using rule_t = ahead;
    using subs_t = p::empty_list;
    template <p::apply_mode, p::rewind_mode, template <typename...> class, template <typename...> class> static bool match(Input& in, Parse&) {
        return F(in.current(), in.end()) == Yes;
    }
};

// ---- errors: a rule that can raise has a message, or does not compile ----
template <typename Rule> inline constexpr Message message{Code{}, nullptr};
template <typename Rule> struct control : p::normal<Rule> {
    static void raise(const Input& in, Parse&) {
        static_assert(message<Rule>.text != nullptr, "a rule that can raise needs a message");
        throw SyntaxError{in.current(), nullptr, &message<Rule>, false};
    }
};
// What must follow. The place of the finding is where R should begin.
template <typename R> struct need {
    using rule_t = need;
    using subs_t = p::type_list<R>;
    template <p::apply_mode A, p::rewind_mode, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        if (Control<R>::template match<A, p::rewind_mode::required, Action, Control>(in, c)) return true;
        Control<R>::raise(in, c);
        return false;
    }
};

// ---- nodes, depth, newline mode ----
template <Kind K, typename... R> struct node {
    using rule_t = node;
    using subs_t = p::type_list<R...>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        const auto mark = c.nodes.size();
        const auto begin = c.offset(in.current());
        c.nodes.push_back({begin, begin, 0, K});
        if (p::internal::seq<R...>::template match<A, M, Action, Control>(in, c)) {
            c.nodes[mark].end = c.offset(in.current());
            c.nodes[mark].last = static_cast<std::uint32_t>(c.nodes.size());
            return true;
        }
        c.nodes.resize(mark);
        return false;
    }
};
// Nodes of a sequence that fails half way are dropped; PEGTL takes back the input only.
template <typename... R> struct attempt {
    using rule_t = attempt;
    using subs_t = p::type_list<R...>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        const auto mark = c.nodes.size();
        if (p::internal::seq<R...>::template match<A, p::rewind_mode::required, Action, Control>(in, c)) return true;
        c.nodes.resize(mark);
        return false;
    }
};
inline constexpr Message too_deep{Code::W0004, "this nests more than 256 deep", "name a part of it: a `let`, a `fn`, a `type` or a `pattern`"};
enum class Mode { round, brace, hole };
// What stands in brackets: newline mode, depth, and the place of the bracket for "opened here".
template <Mode Which, typename... R> struct within {
    using rule_t = within;
    using subs_t = p::type_list<R...>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        struct Restore {
            Parse& c;
            bool round, one_line, arms;
            ~Restore() {
                c.round = round;
                c.one_line = one_line;
                c.arms = arms;
                --c.depth;
            }
        };
        if (c.depth >= max_depth) throw SyntaxError{in.current() - 1, in.current(), &too_deep, true};
        ++c.depth;
        const Restore restore{c, c.round, c.one_line, c.arms};
        if constexpr (Which == Mode::round) c.round = true;
        if constexpr (Which == Mode::brace) c.round = c.arms = false;
        if constexpr (Which == Mode::hole) {
            c.round = false;
            c.one_line = true;
        }
        return p::internal::seq<R...>::template match<A, M, Action, Control>(in, c);
    }
};
// `within` and the bracket that closes it; where that is missing, the finding shows what was opened.
template <Mode Which, typename Close, typename... R> struct bracket {
    using rule_t = bracket;
    using subs_t = p::type_list<within<Which, R...>, Close>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        const char* const opened = in.current() - 1;
        if (!within<Which, R...>::template match<A, M, Action, Control>(in, c)) return false;
        if (Control<Close>::template match<A, p::rewind_mode::required, Action, Control>(in, c)) return true;
        throw SyntaxError{in.current(), nullptr, &message<Close>, false, opened};
    }
};
// A text and its closing quote; where that is missing, the finding stands at the beginning of the text.
template <typename Close, typename... R> struct text_of {
    using rule_t = text_of;
    using subs_t = p::type_list<R..., Close>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        const char* const begin = in.current();
        if (!p::internal::seq<R...>::template match<A, M, Action, Control>(in, c)) return false;
        if (Control<Close>::template match<A, p::rewind_mode::required, Action, Control>(in, c)) return true;
        const char* quote = begin;
        while (*quote != '"') ++quote;
        throw SyntaxError{begin, quote + 1, &message<Close>, true};
    }
};
template <typename... R> struct nest {
    using rule_t = nest;
    using subs_t = p::type_list<R...>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        struct Restore {
            unsigned& depth;
            ~Restore() { --depth; }
        };
        if (c.depth >= max_depth) throw SyntaxError{in.current(), nullptr, &too_deep, true};
        ++c.depth;
        const Restore restore{c.depth};
        return p::internal::seq<R...>::template match<A, M, Action, Control>(in, c);
    }
};
template <bool On, typename... R> struct with_arms {
    using rule_t = with_arms;
    using subs_t = p::type_list<R...>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        struct Restore {
            Parse& c;
            bool arms;
            ~Restore() { c.arms = arms; }
        };
        const Restore restore{c, c.arms};
        c.arms = On;
        return p::internal::seq<R...>::template match<A, M, Action, Control>(in, c);
    }
};

// ---- blanks, words, names ----
struct _ : scan<scan_blank, true> {};
struct gap : scan<scan_gap, true> {};
struct blank : scan<scan_some_blank> {};
struct operator_gap : scan<scan_before_operator, true> {};
struct else_gap : scan<scan_before_then_else, true> {};
struct part_gap : scan<scan_before_part, true> {};
struct header_gap : scan<scan_before_header_part, true> {};
struct state_gap : scan<scan_before_state_part, true> {};
struct sep : scan<scan_separator> {};
struct last_sep : scan<scan_last_separator, true> {};

template <char... Cs> struct keyword {
    using rule_t = keyword;
    using subs_t = p::empty_list;
    template <p::apply_mode, p::rewind_mode, template <typename...> class, template <typename...> class> static bool match(Input& in, Parse&) {
        static constexpr char text[] = {Cs...};
        const char* q = in.current();
        if (in.size() < sizeof text || std::memcmp(q, text, sizeof text) != 0) return false;
        if (q + sizeof text < in.end() && is_word(q[sizeof text])) return false;
        move(in, q + sizeof text);
        return true;
    }
};
#define WEIR_KEYWORD(text) TAO_PEGTL_INTERNAL_STRING(weir::grammar::keyword, text)
struct k_if : WEIR_KEYWORD("if") {};
struct k_then : WEIR_KEYWORD("then") {};
struct k_else : WEIR_KEYWORD("else") {};
struct k_match : WEIR_KEYWORD("match") {};
struct k_not : WEIR_KEYWORD("not") {};
struct k_is : WEIR_KEYWORD("is") {};
struct k_in : WEIR_KEYWORD("in") {};
struct k_catch : WEIR_KEYWORD("catch") {};
struct k_when : WEIR_KEYWORD("when") {};
struct k_from : WEIR_KEYWORD("from") {};
struct k_as : WEIR_KEYWORD("as") {};
struct k_on : WEIR_KEYWORD("on") {};
struct k_off : WEIR_KEYWORD("off") {};
struct k_by : WEIR_KEYWORD("by") {};
struct k_true : WEIR_KEYWORD("true") {};
struct k_false : WEIR_KEYWORD("false") {};
struct k_null : WEIR_KEYWORD("null") {};
struct k_schema : WEIR_KEYWORD("schema") {};
struct k_sample : WEIR_KEYWORD("sample") {};
struct k_call : WEIR_KEYWORD("call") {};
struct k_let : WEIR_KEYWORD("let") {};
struct k_fail : WEIR_KEYWORD("fail") {};
struct k_validate : WEIR_KEYWORD("validate") {};
struct k_expect : WEIR_KEYWORD("expect") {};
struct k_always : WEIR_KEYWORD("always") {};
struct k_edition : WEIR_KEYWORD("edition") {};
struct k_import : WEIR_KEYWORD("import") {};
struct k_param : WEIR_KEYWORD("param") {};
struct k_secret : WEIR_KEYWORD("secret") {};
struct k_connector : WEIR_KEYWORD("connector") {};
struct k_type : WEIR_KEYWORD("type") {};
struct k_command : WEIR_KEYWORD("command") {};
struct k_event : WEIR_KEYWORD("event") {};
struct k_document : WEIR_KEYWORD("document") {};
struct k_queue : WEIR_KEYWORD("queue") {};
struct k_topic : WEIR_KEYWORD("topic") {};
struct k_table : WEIR_KEYWORD("table") {};
struct k_switch : WEIR_KEYWORD("switch") {};
struct k_store : WEIR_KEYWORD("store") {};
struct k_keep : WEIR_KEYWORD("keep") {};
struct k_replies : WEIR_KEYWORD("replies") {};
struct k_fn : WEIR_KEYWORD("fn") {};
struct k_pattern : WEIR_KEYWORD("pattern") {};
struct k_flow : WEIR_KEYWORD("flow") {};
struct k_process : WEIR_KEYWORD("process") {};
struct k_initial : WEIR_KEYWORD("initial") {};
struct k_state : WEIR_KEYWORD("state") {};
struct k_data : WEIR_KEYWORD("data") {};
struct k_probe : WEIR_KEYWORD("probe") {};
struct k_test : WEIR_KEYWORD("test") {};
struct k_allow : WEIR_KEYWORD("allow") {};
struct k_moved : WEIR_KEYWORD("moved") {};
struct k_deprecated : WEIR_KEYWORD("deprecated") {};

struct any_word : node<Kind::word, scan<scan_word>> {};
struct bound_name : node<Kind::name, scan<scan_bound_name>> {};
struct dotted : node<Kind::dotted, scan<scan_dotted>> {};

// ---- literals ----
struct number : node<Kind::number, scan<scan_number>> {};
struct timestamp : node<Kind::timestamp, scan<scan_timestamp>> {};
struct need_expression;
struct hole_end : p::one<'}'> {};
struct hole : node<Kind::hole, p::string<'$', '{'>, bracket<Mode::hole, hole_end, gap, need<need_expression>, gap>> {};
struct quote_end : p::one<'"'> {};
struct raw_end : p::one<'"'> {};
struct block_text_end : p::string<'"', '"', '"'> {};
struct block_text : node<Kind::block_text, text_of<block_text_end, p::string<'"', '"', '"'>, scan<scan_block_text, true>>> {};
struct plain_text : node<Kind::plain_text, text_of<quote_end, p::one<'"'>, scan<scan_text, true>, star<hole, scan<scan_text, true>>>> {};
struct raw_text : node<Kind::raw_text, text_of<raw_end, scan<scan_raw_begin>, scan<scan_raw, true>>> {};
struct text : sor<block_text, plain_text> {};

// ---- expressions ----
struct close_round : p::one<')'> {};
struct close_square : p::one<']'> {};
struct close_brace : p::one<'}'> {};
struct arrow : p::string<'-', '>'> {};
struct operand;
struct need_type;
struct block;

struct lambda_names : sor<bound_name, seq<p::one<'('>, gap, bound_name, star<gap, p::one<','>, gap, bound_name>, gap, p::one<')'>>> {};
struct lambda : node<Kind::lambda, ahead<lambda_ahead>, need<lambda_names>, _, arrow, gap, nest<need<need_expression>>> {};
struct argument_name : node<Kind::name, scan<scan_argument_name>> {};
struct argument : node<Kind::argument, opt<argument_name, p::one<':'>, gap>, sor<lambda, need<need_expression>>> {};
struct comma_more : seq<gap, p::one<','>, gap> {};
struct arguments : node<Kind::arguments, p::one<'('>,
                        bracket<Mode::round, close_round, gap, opt<not_at<p::one<')'>>, argument, star<comma_more, not_at<p::one<')'>>, argument>, gap, opt<p::one<','>, gap>>>> {};

struct field_name : node<Kind::name, scan<scan_word>> {};
struct member : node<Kind::member, scan<scan_dot>, need<field_name>, opt<arguments>> {};
struct index : node<Kind::index, sor<p::string<'?', '['>, p::one<'['>>, bracket<Mode::round, close_square, gap, opt<not_at<p::one<']'>>, need<need_expression>>, gap>> {};
struct suffix : seq<scan<scan_before_suffix, true>, sor<member, index>> {};

struct spread : node<Kind::spread, p::string<'.', '.', '.'>, need<need_expression>> {};
struct need_item : sor<spread, need_expression> {};
struct array : node<Kind::array, p::one<'['>,
                    bracket<Mode::round, close_square, gap, opt<not_at<p::one<']'>>, need<need_item>, star<comma_more, not_at<p::one<']'>>, need<need_item>>, gap, opt<p::one<','>, gap>>>> {};

struct key : node<Kind::key, sor<text, scan<scan_word>>> {};
struct entry_colon : sor<p::string<'?', ':'>, seq<gap, p::one<':'>>> {};
struct need_entry : sor<spread, node<Kind::entry, key, need<entry_colon>, gap, need<need_expression>>> {};
struct object_end : p::one<'}'> {};
struct object : node<Kind::object, p::one<'{'>, bracket<Mode::brace, object_end, gap, opt<not_at<p::one<'}'>>, need<need_entry>, star<sep, need<need_entry>>>, last_sep>> {};

struct chain;
struct if_body;
struct need_then : k_then {};
struct need_else : k_else {};
struct if_ : node<Kind::if_, k_if, not_at<p::one<':'>>, nest<gap, need<if_body>, else_gap, need<need_then>, gap, need<if_body>, else_gap, need<need_else>, gap, need<if_body>>> {};

struct signed_number : sor<node<Kind::negative, p::one<'-'>, number>, number> {};
struct need_bound : sor<signed_number, timestamp, text> {};
struct two_dots : seq<p::string<'.', '.'>, not_at<p::one<'.'>>> {};
struct compare_sign : sor<p::string<'<', '='>, p::string<'>', '='>, p::one<'<', '>'>> {};
struct constant_word : sor<k_true, k_false, k_null> {};
struct constant : node<Kind::constant, constant_word> {};
struct any : node<Kind::any, p::one<'_'>, not_at<p::identifier_other>> {};
struct alternative : sor<node<Kind::value_or_range, sor<need_bound, constant>, opt<two_dots, need<need_bound>>>, node<Kind::compare, compare_sign, _, need<need_bound>>,
                         node<Kind::type_name, scan<scan_type_pattern>>, any> {};
struct need_alternative : alternative {};
struct pattern : node<Kind::pattern, alternative, star<operator_gap, p::one<'|'>, gap, need<need_alternative>>> {};
struct when : node<Kind::when, k_when, gap, need<need_expression>> {};
struct match_arm : node<Kind::match_arm, sor<seq<pattern, opt<_, when>>, when, node<Kind::otherwise, k_else>>, _, need<arrow>, gap, need<need_expression>> {};
struct need_match_arm : match_arm {};
struct match_open : p::one<'{'> {};
struct match_ : node<Kind::match, k_match, _, opt<not_at<p::one<'{'>>, need<need_expression>, _>, need<match_open>,
                     bracket<Mode::brace, object_end, gap, need<need_match_arm>, star<sep, need<need_match_arm>>, last_sep>> {};

struct paren : node<Kind::paren, p::one<'('>, bracket<Mode::round, close_round, gap, need<need_expression>, gap>> {};
struct reference : seq<node<Kind::name, scan<scan_name>>, opt<arguments>> {};
struct primary : sor<text, number, paren, array, object, timestamp, raw_text, constant, match_, reference> {};
struct need_postfix : seq<primary, star<suffix>> {};
struct prefix : node<Kind::prefix, sor<k_not, scan<scan_minus>>> {};
struct operand : sor<seq<plus<prefix, gap>, need<need_postfix>>, need_postfix> {};
struct need_operand : operand {};
struct is_part : seq<node<Kind::is, k_is>, gap, need<need_type>> {};
struct range_operand : node<Kind::chain, need<need_operand>> {};
struct in_part : node<Kind::in, k_in, gap, range_operand, opt<two_dots, range_operand>> {};
struct chain : node<Kind::chain, operand, star<operator_gap, sor<seq<node<Kind::op, scan<scan_operator>>, gap, need<need_operand>>, is_part, in_part>>> {};
struct if_body : sor<if_, chain> {};
struct need_body : if_body {};
struct need_expression : node<Kind::expression, if_body, star<operator_gap, node<Kind::op, k_catch>, gap, need<need_body>>> {};

// ---- types ----
struct need_union;
struct default_value : seq<_, p::one<'='>, gap, need<need_expression>> {};
struct field_colon : p::one<':'> {};
struct field : node<Kind::field, key, need<field_colon>, gap, need<need_union>, opt<default_value>> {};
struct need_field : field {};
struct record : node<Kind::record, p::one<'{'>, bracket<Mode::brace, object_end, gap, opt<not_at<p::one<'}'>>, need<need_field>, star<sep, need<need_field>>>, last_sep>> {};
struct array_type : node<Kind::array_type, p::one<'['>, bracket<Mode::round, close_square, gap, need<need_union>, gap>> {};
struct literal_type : node<Kind::literal_type, sor<signed_number, text>, opt<two_dots, need<need_bound>>> {};
struct type_arguments : node<Kind::type_arguments, p::one<'('>, bracket<Mode::round, close_round, gap, need<need_union>, star<comma_more, not_at<p::one<')'>>, need<need_union>>, gap, opt<p::one<','>, gap>>> {};
struct type_paren : node<Kind::type_paren, p::one<'('>, bracket<Mode::round, close_round, gap, need<need_union>, gap>> {};
struct need_type : node<Kind::type, sor<record, array_type, literal_type, type_paren, constant, seq<dotted, opt<type_arguments>>>> {};
struct need_maybe : seq<need_type, opt<node<Kind::maybe, p::one<'?'>, not_at<p::one<'?', '.'>>>>> {};
struct need_union : node<Kind::union_, need_maybe, star<operator_gap, p::one<'|'>, gap, need<need_maybe>>> {};
struct colon_type : seq<_, p::one<':'>, gap, opt<p::one<'|'>, gap>, need<need_union>> {};

// ---- parts of a step ----
struct target : node<Kind::target, dotted, opt<arguments>> {};
struct need_target : target {};
struct call_word : attempt<node<Kind::word, k_call>, blank, at<p::identifier_first>> {};
struct arrow_part : node<Kind::arrow, arrow, _, opt<call_word>, need<need_target>> {};
struct class_name : node<Kind::class_name, scan<scan_word>> {};
struct fail_part : node<Kind::fail_class, k_fail, blank, class_name> {};
struct call_part : node<Kind::call_to, k_call, blank, not_at<p::one<'='>>, need<need_target>> {};
struct need_right_side : sor<call_part, need_expression> {};
struct assign : node<Kind::assign, scan<scan_assign>, gap, need<need_right_side>> {};
struct operand_part : seq<not_at<scan<scan_clause_word>>,
                          sor<fail_part, call_part, node<Kind::operand, need_expression, opt<two_dots, range_operand>, opt<_, assign>>>> {};
struct object_part : node<Kind::operand, object> {};
struct brace_part : seq<at<p::one<'{'>>, sor<seq<ahead<object_ahead>, object_part>, block>> {};
struct comma_part : node<Kind::comma, scan<scan_part_comma>> {};
// An action's word, where an action must begin: it is no operand, so that `give -1` is no subtraction.
struct action_start : opt<_, node<Kind::word, scan<scan_action_word>>> {};
struct need_class : seq<class_name, star<attempt<_, node<Kind::comma, p::one<','>>, gap, not_at<k_then>, class_name>>> {};
struct on_part : seq<node<Kind::word, k_on>, blank, need_class, action_start> {};
struct exit_part : seq<node<Kind::word, sor<k_then, k_else>>, action_start> {};
struct clause_part : sor<node<Kind::word, scan<scan_completing_or>>, exit_part, node<Kind::word, scan<scan_clause_word>>> {};
struct part : sor<comma_part, arrow_part, attempt<on_part>, clause_part, brace_part, operand_part> {};
struct parts : star<part_gap, part> {};

// ---- statements and recovery ----
struct header_item;
struct declaration;
struct state_item;

inline bool report(Parse& c, const char* at, const char* end, const Message& m, const char* opened = nullptr) {
    if (at == c.last_error) return false;  // one mistake, one finding
    c.last_error = at;
    const Span where = end ? c.span(at, end) : c.token(at);
    const std::string_view token(c.base + (where.begin - c.file->begin), where.end - where.begin);
    auto finding = c.findings->add(Severity::error, m.code, where, filled(m.text, token));
    if (*m.label) finding.say("{}", m.label);
    if (*m.help) finding.help("{}", filled(m.help, token));
    if (opened) finding.label(c.span(opened, opened + 1), "opened here");
    return true;
}

// What is left of a declaration behind a broken one: a `}`, a clause, or what is indented.
inline bool is_remainder(const Parse& c, const char* q) {
    if (q >= c.end || declaration_ahead(q, c.end)) return false;
    return *q == '}' || (q > c.base && (q[-1] == ' ' || q[-1] == '\t')) || line_continues(q, c.end, 0);
}

inline bool is_rest(const char* q, const char* e) {
    if (q < e && (*q == '{' || *q == '[' || *q == ']' || *q == ')' || *q == '}')) return true;
    const char* n = begins(q, e, "\"") ? token_end(q, e) : word_end(q, e);
    return n != q && n < e && *n == ':';
}

template <typename R> struct guarded {
    using rule_t = guarded;
    using subs_t = p::type_list<R>;
    static constexpr bool is_header = std::is_same_v<R, header_item>;
    static constexpr bool is_declaration = std::is_same_v<R, declaration>;
    template <p::apply_mode A, p::rewind_mode, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        const auto mark = c.nodes.size();
        const char* const start = in.current();
        const auto before = c.findings->all().size();
        bool remainder = false;  // of a declaration that lost a bracket
        if constexpr (is_declaration) {
            remainder = c.broken && is_remainder(c, start);
            c.unbalanced = c.broken = false;
            c.declaration = start;
        }
        struct Note {
            Parse& c;
            std::size_t before;
            ~Note() {
                if (is_declaration) c.broken = c.broken || c.findings->all().size() > before;
            }
        };
        const Note note{c, before};
        const State saved = c;
        const char* error = nullptr;
        // A declaration that has a finding inside is not told that its end is missing too.
        auto tell = [&](const char* at, const char* end, const Message& m, const char* opened = nullptr) {
            if (!(is_declaration && c.findings->all().size() > before)) report(c, at, end, m, opened);
        };
        try {
            if (Control<R>::template match<A, p::rewind_mode::required, Action, Control>(in, c)) {
                if (statement_ends(in.current(), in.end(), is_header)) return true;
                error = skip_blank(in.current(), in.end());
                // A block inside that lost its `}` reaches up to the next declaration: no news.
                if (c.unbalanced && declaration_ahead(error, in.end())) c.last_error = error;
                const auto why = why_unexpected(start, error, in.end());
                tell(why.at, why.end, *why.message);
            } else {
                error = start;
                c.broken = c.broken || remainder;
                // The rest of an object or an array that lost its bracket in the statement before.
                const bool rest = !is_declaration && mark > 0 && c.nodes[mark - 1].kind == Kind::broken && is_rest(start, in.end());
                if (remainder || rest) c.last_error = start;
                const auto why = is_declaration ? why_no_declaration(start, in.end()) : why_no_statement(start, in.end());
                tell(why.at, why.end, *why.message);
            }
        } catch (const SyntaxError& e) {
            error = e.at;
            if (e.exact) {
                tell(e.at, e.end, *e.message, e.opened);
            } else {
                error = skip_blank(error, in.end());
                const auto habit = habit_at(start, error, in.end());
                if (habit.message) tell(habit.at, habit.end, *habit.message);
                else tell(error, nullptr, *e.message, e.opened);
            }
        }
        static_cast<State&>(c) = saved;
        c.nodes.resize(mark);
        const char* next;
        if constexpr (is_declaration) next = recover_declaration(start, error, in.end());
        else {
            const Room room = is_header ? Room::header : std::is_same_v<R, state_item> ? Room::state : Room::block;
            const auto resume = recover_statement(c.base, start, error, in.end(), room);
            next = resume.at;
            c.unbalanced = c.unbalanced || resume.unbalanced || *start == '{';
        }
        if (next == start && next < in.end()) next = start + 1;  // always forward
        c.nodes.push_back({c.offset(start), c.offset(next), static_cast<std::uint32_t>(mark + 1), Kind::broken});
        in.restart();
        move(in, next);
        return true;
    }
};

inline constexpr Message missing_brace{Code::W0044, "a `}` is missing before this"};
// Items between braces. A missing `}` is reported where the next declaration or the end stands, once in a declaration.
template <typename... R> struct braces {
    using rule_t = braces;
    using subs_t = p::type_list<within<Mode::brace, R...>>;
    template <p::apply_mode A, p::rewind_mode M, template <typename...> class Action, template <typename...> class Control> static bool match(Input& in, Parse& c) {
        const char* const opened = in.current();
        if (opened >= c.end || *opened != '{') return false;
        move(in, opened + 1);
        if (!within<Mode::brace, R...>::template match<A, M, Action, Control>(in, c)) return false;
        const char* q = in.current();
        if (q < in.end() && *q == '}') {
            move(in, q + 1);
            return true;
        }
        if (!c.unbalanced && report(c, q, nullptr, missing_brace)) {
            const char* name = skip_blank(word_end(c.declaration, c.end), c.end);
            const auto line = std::count(c.base, opened, '\n') + 1;
            FindingBuilder(c.findings->all(), c.findings->all().size() - 1).label(c.span(c.declaration, token_end(name, c.end)), "its `{{` on line {} is not closed", line);
        }
        c.unbalanced = true;
        return true;
    }
};

struct arm_pattern : sor<seq<pattern, opt<_, when>>, when, node<Kind::otherwise, k_else>> {};
struct need_arm_action : seq<_, sor<node<Kind::word, scan<scan_action_word>>, part>, star<part_gap, part>> {};
struct arm : node<Kind::arm, with_arms<false, arm_pattern>, with_arms<true, need<need_arm_action>>> {};
struct is_word_alone : not_at<p::one<'(', '.', '[', ':'>> {};
struct let_name : bound_name {};
struct let_equals : p::one<'='> {};
struct let_step : node<Kind::let_, k_let, is_word_alone, _, need<let_name>, opt<colon_type>, _, need<let_equals>, gap, need<need_right_side>, parts> {};
struct validate_step : node<Kind::validate, k_validate, is_word_alone, _, need<need_union>, parts> {};
struct expect_subject : node<Kind::subject, target> {};
struct expect_selector : seq<ahead<selector_ahead>, any_word, blank, sor<expect_subject, node<Kind::operand, node<Kind::expression, node<Kind::chain, text>>>>> {};
struct expect_subjects : seq<need<expect_subject>, star<_, p::one<','>, gap, need<expect_subject>>> {};
struct expect_step : node<Kind::expect, k_expect, is_word_alone, _, opt<attempt<node<Kind::word, k_always>, blank>>, sor<expect_selector, expect_subjects>, opt<_, any_word>, parts> {};
struct need_failure : class_name {};
struct fail_step : node<Kind::fail, k_fail, is_word_alone, _, need<need_failure>, parts> {};
struct send_step : node<Kind::send, arrow_part, parts> {};
struct pattern_step : node<Kind::pattern_call, target, parts> {};
struct word_step : node<Kind::step, node<Kind::word, scan<scan_step_word>>, parts> {};
struct step : sor<send_step, seq<ahead<call_ahead>, pattern_step>, let_step, validate_step, expect_step, fail_step, word_step> {};
struct item : sor<seq<ahead<arm_ahead>, arm>, step> {};
inline bool item_ahead(const char* q, const char* e) { return q < e && *q != '}' && !declaration_ahead(q, e); }
struct block : node<Kind::block, braces<gap, star<ahead<item_ahead>, guarded<item>, scan<scan_item_separator, true>>>> {};
struct need_block : block {};

// ---- declarations ----
struct need_name : bound_name {};
struct need_dotted : node<Kind::dotted, scan<scan_bound_dotted>> {};
struct need_text : text {};
struct need_equals : p::one<'='> {};
struct annotation_name : node<Kind::name, scan<scan_name>> {};
struct moved_from : k_from {};
struct moved_name : dotted {};
struct annotation : node<Kind::annotation, sor<seq<k_moved, _, need<moved_from>, _, need<moved_name>>, seq<k_deprecated, _, need<need_text>>,
                                               seq<k_allow, _, need<annotation_name>, _, need<need_text>>>> {};
struct import_what : sor<text, dotted> {};
struct alias : node<Kind::alias, k_as, _, need<need_name>> {};
struct import_ : seq<k_import, _, need<import_what>, opt<_, alias>> {};
struct edition_number : number {};
struct edition : seq<k_edition, _, need<edition_number>> {};
struct param : seq<k_param, _, need<need_name>, opt<colon_type>, opt<default_value>> {};
struct secret : seq<k_secret, _, need<need_name>, _, need<need_equals>, gap, need<need_expression>> {};
struct connector : seq<k_connector, _, need<need_name>, _, need<need_equals>, gap, need<need_target>> {};
struct schema_or_sample : node<Kind::word, sor<k_schema, k_sample>> {};
struct type_from : node<Kind::type_from, k_from, _, need<schema_or_sample>, _, need<need_text>> {};
struct type_by : node<Kind::type_by, k_by, _, need<need_name>> {};
struct type_body : sor<record, seq<p::one<'='>, gap, opt<p::one<'|'>, gap>, need<need_union>, opt<part_gap, type_by>>, type_from> {};
struct type_declaration : seq<sor<k_type, k_command, k_event, k_document>, _, need<need_name>, _, need<type_body>> {};
struct need_option : node<Kind::option, key, opt<p::one<':'>, gap, need<need_expression>>> {};
struct options : node<Kind::options, p::one<'{'>, bracket<Mode::brace, object_end, gap, opt<not_at<p::one<'}'>>, need<need_option>, star<sep, need<need_option>>>, last_sep>> {};
struct binding : node<Kind::binding, k_on, _, need<need_target>> {};
struct replies : node<Kind::replies, k_replies, _, need<need_union>> {};
struct keep : node<Kind::keep, k_keep, _, need<need_expression>> {};
struct channel : seq<sor<k_queue, k_topic>, _, need<need_dotted>, star<_, p::one<','>, gap, need<need_dotted>>, opt<colon_type>, star<part_gap, sor<replies, binding, keep, options>>> {};
struct store : seq<k_store, _, keep> {};
struct parameter : node<Kind::parameter, bound_name, opt<colon_type>, opt<default_value>> {};
struct need_parameter : parameter {};
struct need_parameters : seq<p::one<'('>, bracket<Mode::round, close_round, gap, opt<not_at<p::one<')'>>, need<need_parameter>, star<comma_more, not_at<p::one<')'>>, need<need_parameter>>, gap, opt<p::one<','>, gap>>>> {};
struct result : node<Kind::result, arrow, gap, need<need_union>> {};
struct fn : seq<k_fn, _, need<need_name>, need<need_parameters>, opt<_, result>, _, need<need_equals>, gap, need<need_expression>> {};
struct pattern_declaration : seq<k_pattern, _, need<need_name>, need<need_parameters>, opt<_, result>, gap, need<need_block>> {};
struct table_type : p::one<':'> {};
struct table : seq<k_table, _, need<need_name>, _, need<table_type>, gap, need<need_union>, star<part_gap, not_at<sor<k_allow, k_deprecated, k_moved>>, part>> {};
struct on_off : node<Kind::word, sor<k_on, k_off>> {};
struct switch_ : seq<k_switch, _, need<need_name>, _, need<need_equals>, gap, need<on_off>> {};
struct allow : seq<k_allow, _, need<annotation_name>, _, need<need_text>> {};

struct not_header : not_at<scan<scan_header_word>> {};
struct at_then : seq<opt<p::one<','>, gap>, k_then> {};
struct header_part : sor<comma_part, seq<ahead<object_ahead>, object_part>, seq<not_header, sor<clause_part, seq<not_at<p::one<'{'>>, operand_part>>>> {};
struct header_parts : seq<star<header_gap, header_part>, opt<_, arrow_part>> {};
struct action : sor<seq<at<p::one<'{'>>, ahead<object_ahead, false>, block>, arrow_part, seq<node<Kind::word, scan<scan_action_word>>, star<header_gap, not_at<at_then>, header_part>>,
                    plus<header_gap, not_at<at_then>, header_part>> {};
struct need_then_action : action {};
struct then_part : attempt<header_gap, opt<comma_part>, node<Kind::word, k_then>, _, need<need_then_action>> {};
struct need_action : seq<action, star<then_part>> {};
struct on_clause : node<Kind::clause, node<Kind::word, k_on>, _, need<need_class>, _, need<need_action>> {};
struct header_clause : node<Kind::clause, node<Kind::word, scan<scan_header_word>>, header_parts> {};
struct header_item : sor<on_clause, annotation, header_clause, node<Kind::clause, any_word, header_parts>> {};
inline bool header_item_ahead(const char* q, const char* e) { return q < e && is_letter(*q) && !declaration_ahead(q, e); }
// An error in one clause does not hide the others.
struct header : node<Kind::header, star<gap, ahead<header_item_ahead>, guarded<header_item>>> {};
struct need_flow_block : block {};
struct need_flow_name : need_dotted {};
struct flow : seq<k_flow, _, need<need_flow_name>, header, gap, need<need_flow_block>> {};
struct state_part : sor<node<Kind::word, scan<scan_action_word>>, part> {};
struct state_item : node<Kind::step, any_word, star<state_gap, state_part>> {};
struct state_block : node<Kind::block, braces<gap, star<ahead<item_ahead>, guarded<state_item>, gap>>> {};
struct need_state_block : state_block {};
struct initial_state : attempt<k_initial, blank, at<k_state>> {};  // a habit: what it is told is the business of the forms
struct state : node<Kind::state, opt<initial_state>, k_state, _, need<need_name>, gap, need<need_state_block>> {};
struct data_item : node<Kind::data, k_data, _, record> {};
struct process_item : sor<state, data_item, state_item> {};
struct need_process_block : node<Kind::block, braces<gap, star<ahead<item_ahead>, guarded<process_item>, gap>>> {};
struct process : seq<k_process, _, need<need_flow_name>, header, gap, need<need_process_block>> {};
struct probe : seq<k_probe, _, need<need_text>, header, gap, need<need_block>> {};
struct test : seq<k_test, _, need<need_text>, gap, need<need_block>> {};
struct declaration : node<Kind::declaration, sor<flow, test, channel, type_declaration, import_, param, secret, connector, fn, pattern_declaration, process, edition, table, switch_, probe, store, allow>,
                          star<part_gap, annotation>> {};
struct file : node<Kind::file, opt<p::utf8::bom>, gap, star<not_at<p::eof>, guarded<declaration>, gap>, p::eof> {};

// ---- messages ----
#define WEIR_MESSAGE(rule, ...) \
    template <> inline constexpr Message message<rule> { __VA_ARGS__ }
WEIR_MESSAGE(need_expression, Code::W0010, "an expression is missing here");
WEIR_MESSAGE(need_operand, Code::W0010, "an operand is missing here");
WEIR_MESSAGE(need_postfix, Code::W0010, "an operand is missing here");
WEIR_MESSAGE(need_body, Code::W0010, "an expression is missing here");
WEIR_MESSAGE(if_body, Code::W0010, "an expression is missing here");
WEIR_MESSAGE(need_then, Code::W0053, "`then` is missing here", "an expression chooses by `if c then a else b`");
WEIR_MESSAGE(need_else, Code::W0053, "`else` is missing here", "an `if` always has both values");
WEIR_MESSAGE(hole_end, Code::W0027, "the `}` of `${` is missing here");
WEIR_MESSAGE(quote_end, Code::W0021, "this text has no closing quote on its line", "", "begins here");
WEIR_MESSAGE(raw_end, Code::W0021, "this raw text has no closing quote on its line", "", "begins here");
WEIR_MESSAGE(block_text_end, Code::W0021, "this text has no closing \"\"\"", "", "begins here");
WEIR_MESSAGE(close_round, Code::W0031, "a `)` or a comma is missing here");
WEIR_MESSAGE(close_square, Code::W0032, "a `]` or a comma is missing here");
WEIR_MESSAGE(object_end, Code::W0033, "a comma, a new line or `}` is missing here");
WEIR_MESSAGE(lambda_names, Code::W0042, "a name is missing before `->`");
WEIR_MESSAGE(field_name, Code::W0042, "a field's name is missing after the dot");
WEIR_MESSAGE(need_item, Code::W0010, "an item is missing here");
WEIR_MESSAGE(need_entry, Code::W0035, "an entry `key: value` is missing here");
WEIR_MESSAGE(entry_colon, Code::W0035, "a colon is missing after the key", "`{ id }` is written `{ id: id }`");
WEIR_MESSAGE(need_bound, Code::W0048, "a number, a timestamp or a text is missing here");
WEIR_MESSAGE(need_type, Code::W0045, "a type is missing here");
WEIR_MESSAGE(need_union, Code::W0045, "a type is missing here");
WEIR_MESSAGE(need_maybe, Code::W0045, "a type is missing here");
WEIR_MESSAGE(need_alternative, Code::W0048, "a pattern is missing here");
WEIR_MESSAGE(arrow, Code::W0036, "`->` is missing here");
WEIR_MESSAGE(need_match_arm, Code::W0048, "an arm `pattern -> value` is missing here");
WEIR_MESSAGE(match_open, Code::W0041, "the `{` of `match` is missing here");
WEIR_MESSAGE(field_colon, Code::W0035, "a colon and a type are missing here");
WEIR_MESSAGE(need_field, Code::W0042, "a field `name: type` is missing here");
WEIR_MESSAGE(need_target, Code::W0046, "a channel or an endpoint is missing here");
WEIR_MESSAGE(need_right_side, Code::W0010, "a value is missing here");
WEIR_MESSAGE(need_arm_action, Code::W0047, "an action is missing behind the pattern", "`-> target`, `{ steps }` or another action");
WEIR_MESSAGE(let_name, Code::W0042, "a name is missing here");
WEIR_MESSAGE(let_equals, Code::W0043, "`=` is missing here", "`let name = value`");
WEIR_MESSAGE(expect_subject, Code::W0046, "what is expected is missing here", "a channel, an endpoint, `reply`, or `flow f`");
WEIR_MESSAGE(need_failure, Code::W0047, "a failure class is missing here", "for example `fail invalid \"why\"`");
WEIR_MESSAGE(need_name, Code::W0042, "a name is missing here");
WEIR_MESSAGE(need_dotted, Code::W0042, "a name is missing here");
WEIR_MESSAGE(need_flow_name, Code::W0042, "a name is missing here");
WEIR_MESSAGE(annotation_name, Code::W0042, "a code is missing here", "for example `allow W0102 \"why\"`");
WEIR_MESSAGE(moved_from, Code::W0043, "`from` is missing here", "`moved from old.name`");
WEIR_MESSAGE(moved_name, Code::W0042, "the old name is missing here");
WEIR_MESSAGE(need_text, Code::W0043, "a text in quotes is missing here");
WEIR_MESSAGE(need_equals, Code::W0043, "`=` is missing here");
WEIR_MESSAGE(import_what, Code::W0043, "`import` names a file in quotes or a module", "`import \"x.flow\"` or `import std.envelope`");
WEIR_MESSAGE(edition_number, Code::W0043, "the edition is a number", "`edition 1`");
WEIR_MESSAGE(schema_or_sample, Code::W0043, "`schema` or `sample` is missing here", "`from schema \"x.json\"` or `from sample \"x.json\"`");
WEIR_MESSAGE(type_body, Code::W0045, "the type's body is missing here", "`{ fields }`, `= type` or `from schema \"x.json\"`");
WEIR_MESSAGE(need_option, Code::W0043, "an option is missing here");
WEIR_MESSAGE(need_parameter, Code::W0042, "a parameter is missing here");
WEIR_MESSAGE(need_parameters, Code::W0043, "the `(` of the parameters is missing here");
WEIR_MESSAGE(table_type, Code::W0045, "a table has a type", "`table seen: Order by id max 1000`");
WEIR_MESSAGE(on_off, Code::W0043, "a switch is `on` or `off`");
WEIR_MESSAGE(need_block, Code::W0041, "a `{` and steps are missing here");
WEIR_MESSAGE(need_flow_block, Code::W0041, "the `{` of the flow's steps is missing here");
WEIR_MESSAGE(need_state_block, Code::W0041, "the `{` of the state is missing here");
WEIR_MESSAGE(need_process_block, Code::W0041, "the `{` of the process is missing here");
WEIR_MESSAGE(need_then_action, Code::W0047, "an action is missing behind `then`");
WEIR_MESSAGE(need_class, Code::W0047, "a failure class is missing here", "for example `on transient retry 3 times`");
WEIR_MESSAGE(need_action, Code::W0047, "an action is missing here", "`-> channel`, `retry`, `reply`, `reject`, `discard`, `fail`, `give`, `skip` or `{ steps }`");

Nodes read(const SourceFile& source, Findings& findings) {
    const char* text_begin = source.text.data();
    const char* text_end = text_begin + source.text.size();
    Input in(text_begin, text_end, "");
    Parse c;
    c.base = text_begin;
    c.end = text_end;
    c.file = &source;
    c.findings = &findings;
    c.nodes.reserve(source.text.size() / 4 + 16);
    p::parse<file, p::nothing, control>(in, c);
    return std::move(c.nodes);
}

}  // namespace weir::grammar

namespace tao::pegtl {
namespace w = weir::grammar;
template <typename N, w::Scanner F> struct analyze_traits<N, w::scan<F, false>> : analyze_any_traits<> {};
template <typename N, w::Scanner F> struct analyze_traits<N, w::scan<F, true>> : analyze_opt_traits<> {};
template <typename N, char... Cs> struct analyze_traits<N, w::keyword<Cs...>> : analyze_any_traits<> {};
template <typename N, bool (*F)(const char*, const char*), bool Y> struct analyze_traits<N, w::ahead<F, Y>> : analyze_opt_traits<> {};
template <typename N, typename... R> struct analyze_traits<N, w::braces<R...>> : analyze_any_traits<R...> {};
template <typename N, w::Mode M, typename C, typename... R> struct analyze_traits<N, w::bracket<M, C, R...>> : analyze_traits<N, typename seq<R..., C>::rule_t> {};
template <typename N, typename C, typename... R> struct analyze_traits<N, w::text_of<C, R...>> : analyze_traits<N, typename seq<R..., C>::rule_t> {};
template <typename N, w::Kind K, typename... R> struct analyze_traits<N, w::node<K, R...>> : analyze_traits<N, typename seq<R...>::rule_t> {};
template <typename N, typename... R> struct analyze_traits<N, w::attempt<R...>> : analyze_traits<N, typename seq<R...>::rule_t> {};
template <typename N, typename... R> struct analyze_traits<N, w::nest<R...>> : analyze_traits<N, typename seq<R...>::rule_t> {};
template <typename N, w::Mode M, typename... R> struct analyze_traits<N, w::within<M, R...>> : analyze_traits<N, typename seq<R...>::rule_t> {};
template <typename N, bool B, typename... R> struct analyze_traits<N, w::with_arms<B, R...>> : analyze_traits<N, typename seq<R...>::rule_t> {};
template <typename N, typename R> struct analyze_traits<N, w::need<R>> : analyze_traits<N, typename seq<R>::rule_t> {};
template <typename N, typename R> struct analyze_traits<N, w::guarded<R>> : analyze_any_traits<R> {};
}  // namespace tao::pegtl

namespace weir::grammar {
std::size_t analyze() { return p::analyze<file>(-1); }
}  // namespace weir::grammar
