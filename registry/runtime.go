package registry

import (
	"context"
	"time"

	"github.com/sightglass-go/sightglass/internal/process"
)

// Runtime exposes on [Default], or on the registries that it is given, what the Go runtime and the
// kernel know of this process, under names that begin with "go.":
//
//	go.metrics   all of package runtime/metrics, by name, with its unit
//	go.mem       memory by what it is used for, in bytes
//	go.gc        what the garbage collector does
//	go.build     Go version, modules and their versions, revision, settings
//	go.env       the variables of the environment
//	go.args      the command line
//	go.flags     the values of package flag's command line
//	go.limits    GOMAXPROCS, GOMEMLIMIT, GOGC, open files, control group
//	go.uptime    how long the process has run, or since the call of Runtime
//	go.profiles  heap by place, and mutex and block where the application switched them on
//	go.fds       open files, on Linux
//	go.sockets   open sockets, on Linux
//	go.cpu       takes profiles of the processors: go.cpu.Profile("5s"), then go.cpu.functions
//	go.recorder  the flight recorder: go.recorder.Start() and Snapshot(), for go tool trace
//
// The methods of the last two are actions. Withdraw of "go.recorder" turns the recorder off; a profile
// that go.cpu takes ends when its time is up. The rest is read when somebody asks for it, and costs
// nothing else. No look stops the world: memory comes from runtime/metrics, not from
// runtime.ReadMemStats. Secrets in the environment, the command line and the flags are hidden by
// their names and by their look. Runtime panics as Expose does.
//
// It is no method of Registry: a program that never calls it would link it all the same, with
// packages runtime/pprof and runtime/trace.
func Runtime(on ...*Registry) {
	if len(on) == 0 {
		on = []*Registry{Default}
	}
	for _, r := range on {
		r.exposeRuntime()
	}
}

func (r *Registry) exposeRuntime() {
	began := time.Now()
	for _, f := range []struct {
		name, doc string
		read      func() (any, error)
	}{
		{"metrics", "all that package runtime/metrics measures", always(process.Metrics)},
		{"mem", "the runtime's memory, in bytes", always(process.ReadMemory)},
		{"gc", "the garbage collector since the start", always(process.ReadCollector)},
		{"build", "how the binary was built", always(process.ReadBuild)},
		{"env", "the environment", always(process.Environment)},
		{"args", "the command line", always(process.Arguments)},
		{"flags", "the flags of package flag", either(process.Flags)},
		{"limits", "what bounds this process", always(process.ReadLimits)},
		{"uptime", "how long this process has run", always(func() time.Duration {
			if d := process.Uptime(); d > 0 {
				return d
			}
			return time.Since(began)
		})},
		{"profiles", "heap by place; mutex and block if switched on", always(process.ReadProfiles)},
		{"fds", "what this process has open", either(process.Files)},
		{"sockets", "the sockets of this process", either(process.Sockets)},
	} {
		if !process.HasFiles && (f.name == "fds" || f.name == "sockets") {
			continue
		}
		r.Func("go."+f.name, func(context.Context) any {
			x, err := f.read()
			if err != nil {
				return err
			}
			return x
		}, Doc(f.doc), Frozen())
	}
	r.Expose("go.cpu", new(process.CPU), Doc("takes profiles of the processors"), Actions("Profile"))
	recorder := new(process.Recorder)
	r.Expose("go.recorder", recorder, Doc("the runtime's flight recorder"), Actions("Start", "Snapshot", "Stop"),
		func(o *options) { o.declared.Withdrawn = recorder.End })
}

func always[T any](read func() T) func() (any, error) {
	return func() (any, error) { return read(), nil }
}

func either[T any](read func() (T, error)) func() (any, error) {
	return func() (any, error) { return read() }
}
