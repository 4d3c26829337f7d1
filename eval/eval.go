// Package eval answers questions about live objects. It compiles and runs expressions of expr-lang
// against the names that a registry exposes.
//
//	s := eval.NewSession(reg, eval.Limits{})
//	r, err := s.Eval(ctx, `count(cache.items, .hits > 100)`)
//
// The language is expr-lang's: the lexer, the parser, the syntax tree and the functions on plain
// values are its own. The tree is compiled to closures and not run by expr-lang's virtual machine,
// which can neither be interrupted nor metered, copies every collection before it looks at it,
// lets arithmetic wrap and reaches into values by reflection. Each of these would break a promise.
// BenchmarkCount compares both.
//
// Expressions reach the application through an access.View only, and so under the registry's
// policy. A scalar becomes a plain value when it is read; a composite stays live and is read in
// place, entry by entry. filter and map hand their elements on one at a time, so that
// count(filter(m, …)) or take(filter(m, …), 5) keep nothing but their answer. A field that a
// predicate reads of one element after the other, as .hits, is read by an access.FieldCache, with
// the same answer, cost and errors in about a third of the time.
//
// Each evaluation has a budget (Limits) of time, entries read and bytes kept. It looks for the end
// of its context in every loop, and gives way to other goroutines about every 50 µs.
//
// An answer about an object that changes meanwhile need not be of one moment, and two evaluations
// may see a Go map in different orders. docs/expressions.md is the manual of the language, and
// says where it differs from expr-lang.
//
// Below eval/internal stand, each importing only those before it: fault (errors), meter (the
// budget), pattern (regular expressions), value (what is computed with), syntax (the parser),
// machine (what compiled code runs on), library (the functions) and compile.
package eval
