package eval

import (
	"github.com/sightglass-go/sightglass/eval/internal/compile"
	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/internal/access"
	"github.com/sightglass-go/sightglass/internal/text"
)

// variables are what a session keeps: what was assigned, and the last answers.
type variables struct {
	named   map[string]variable // by name; nil for none
	answers []variable          // the last one first; at most compile.KeptAnswers
	sample  *variable           // the answer to the last Sample; nil for none

	// version is that of the registry for which all of them may be kept.
	version uint64
}

// get returns the variable that has that name in an evaluation of that mode.
func (all *variables) get(name string, mode Mode) (v variable, ok bool) {
	if n := compile.AnswerNumber(name); n >= 0 {
		if n == 0 && mode == Condition && all.sample != nil {
			return *all.sample, true
		}
		if n < len(all.answers) {
			return all.answers[n], true
		}
		return v, false
	}
	v, ok = all.named[name]
	return v, ok
}

// each calls f for each variable, and keeps what f makes of it. The answers come last, in the order
// of their names.
func (all *variables) each(f func(name string, v *variable)) {
	for name, v := range all.named {
		f(name, &v)
		all.named[name] = v
	}
	for n := range all.answers {
		f(compile.AnswerName(n), &all.answers[n])
	}
}

// forget forgets those made of objects that were withdrawn since, or hide more: they are copies of
// what policy forbids to show. version is that of the registry, read before.
func (all *variables) forget(visit *access.Visit, version uint64) {
	if all.version == version {
		return
	}
	check := func(_ string, v *variable) {
		for _, o := range v.Origins {
			if !visit.Permits(o) {
				*v = variable{compile.Variable{Gone: o.Name}, meter.ElementSize}
				break
			}
		}
	}
	all.each(check)
	if all.sample != nil {
		check("", all.sample)
	}
	all.version = version
}

// assign makes v the variable of that name, unless all would then hold more than max bytes.
func (all *variables) assign(name string, v variable, max int) error {
	held := v.weight() + len(name)
	for other, o := range all.named {
		if other != name {
			held += o.weight() + len(other)
		}
	}
	if held > max {
		return fault.New("budget", "the variables of this session would hold more than %s", text.Bytes(max)).
			With("give a smaller value to one: x = nil")
	}
	if all.named == nil {
		all.named = map[string]variable{}
	}
	all.named[name] = v
	return nil
}

// remember makes v the last answer. It keeps earlier ones as long as they take no more than max bytes.
func (all *variables) remember(v variable, max int) {
	if len(all.answers) < compile.KeptAnswers {
		all.answers = append(all.answers, variable{})
	}
	copy(all.answers[1:], all.answers)
	all.answers[0] = v
	held := 0
	for n := 1; n < len(all.answers); n++ {
		if held += all.answers[n].weight(); held > max {
			clear(all.answers[n:])
			all.answers = all.answers[:n]
		}
	}
}
