#pragma once
// Ids of the plan: indexes into its tables.
#include <cstdint>

namespace weir::plan {

inline constexpr std::uint32_t none = 0xffffffffu;
using ExprId = std::uint32_t;       // Plan::exprs
using TypeId = std::uint32_t;       // Plan::types
using ChannelId = std::uint32_t;    // Plan::channels
using ConnectorId = std::uint32_t;  // Plan::connectors
using EndpointId = std::uint32_t;   // Plan::endpoints
using NodeId = std::uint32_t;       // Plan::nodes; `none` ends a block
using FlowId = std::uint32_t;       // Plan::flows

}  // namespace weir::plan
