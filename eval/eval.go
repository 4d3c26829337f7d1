// Package eval answers questions about live objects: it compiles and runs expr-lang expressions
// against the names that a registry exposes.
//
//	s := eval.NewSession(reg, eval.Limits{})
//	r, err := s.Eval(ctx, `count(cache.items, .hits > 100)`)
//
// The language is expr-lang's: its lexer, its parser, its syntax tree and positions, and those of
// its functions that work on plain values. The tree is compiled to Go closures here, and not run
// by expr-lang's virtual machine, because that machine can neither be interrupted nor metered,
// copies every collection before it looks at it, lets arithmetic wrap, and reaches into values by
// reflection: each of these would break a promise. BenchmarkCount has the comparison.
//
// What an expression touches of the application it touches through access.View, and so under
// the registry's policy. A scalar becomes a plain Go value as it is read; a composite stays live,
// and is read where it lies, entry by entry. filter and map feed what consumes them one element
// at a time, so that count(filter(m, …)), sum(map(m, …)) or take(filter(m, …), 5) keep nothing but
// their answer. A field that a predicate asks of one element after the other, as .hits, is read by a
// access.FieldCache where the elements are alike: with the same answer, cost and errors, in about a third of the
// time.
//
// Each evaluation has a budget (Limits) of time, entries read and bytes kept, sees its context
// being cancelled in every loop, and yields the processor about every 50 µs.
//
// What is not promised: that an answer over an object which is being changed meanwhile is that of
// one moment, and that two evaluations see the same order in a Go map. docs/expressions.md is the
// manual of the language and says where it differs from plain expr-lang.
package eval
