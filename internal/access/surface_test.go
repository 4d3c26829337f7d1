package access

import (
	"context"
	"sync"
	"time"
)

// Registry and what follows offer what package registry does, in short, to the tests below it.
type Registry struct {
	Objects
	GuardWait time.Duration
}

func New() *Registry { return new(Registry) }

// Option changes what is declared of one name.
type Option func(*Options)

func declared(opts []Option) (o Options) {
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

func (r *Registry) Expose(name string, object any, opts ...Option) {
	if err := r.Objects.Expose(name, object, declared(opts)); err != nil {
		panic(err)
	}
}

func (r *Registry) Func(name string, f func(context.Context) any, opts ...Option) {
	if err := r.ExposeFunc(name, f, declared(opts)); err != nil {
		panic(err)
	}
}

func (r *Registry) Lens(f any) {
	if err := r.SetLens(f); err != nil {
		panic(err)
	}
}

func (r *Registry) Visit(ctx context.Context, m Meter) *Visit {
	return r.Objects.Visit(ctx, m, Patience{Guard: r.GuardWait})
}

func Doc(line string) Option { return func(o *Options) { o.Doc = line } }

func Guard(l sync.Locker) Option { return func(o *Options) { o.Lock, o.Unlocked = l, l == nil } }

func GuardBy(names ...string) Option { return func(o *Options) { o.LockNames = names } }

func Frozen() Option { return func(o *Options) { o.Frozen = true } }

func Owner(run func(func())) Option { return func(o *Options) { o.Owner = run } }

func Methods(names ...string) Option {
	return func(o *Options) { o.Methods = append(o.Methods, names...) }
}

func Actions(names ...string) Option {
	return func(o *Options) { o.Actions = append(o.Actions, names...) }
}

func Hide(patterns ...string) Option {
	return func(o *Options) { o.Hide = append(o.Hide, patterns...) }
}
