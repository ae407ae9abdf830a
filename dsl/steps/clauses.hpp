#pragma once
// Lists of clauses that several forms share (grammar.md 4.3).
#include "dsl/steps/spec.hpp"

namespace weir {

Places send_clauses();    // behind `-> T [V]`
Places call_clauses();    // behind `call T [V]`
Places group_clauses(const std::string& word = {});   // of `aggregate`, behind `join` and `gather`
Places source_clauses();  // behind each source of `from`

}  // namespace weir
