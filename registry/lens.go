package registry

// Lens sets a lens on [Default]; see [Registry.Lens].
func Lens(f any) { Default.Lens(f) }

// Lens sets how values of one of the application's types are shown. f is a func(p *T) any for a
// struct T; answers show what it returns in place of the fields:
//
//	reg.Lens(func(db *sql.DB) any { return db.Stats() })
//
// In an expression db.OpenConnections is then a field of the Stats. The fields of T can still be
// named, and come first where both have the name. A second Lens for a type replaces the first.
//
// T may also be any other type with a name but a pointer or an interface. A slice, array or map is
// shown as what f returns, and in expressions stays the list or map that it is: what f returns adds
// its fields. Anything else is shown with a remark, the text of what f returns. For a number, a
// boolean or a string f may be a func(x T) any, which is given a copy, wherever the value was found:
//
//	reg.Lens(func(s State) any { return s.String() }) // shown as 2 (draining)
//
// f runs as a method of the application does: with no guard held, on a goroutine of its own, for at
// most [Registry.CallTime], and once per object and expression. By a pointer it is given only
// objects that were reached by solid hops: none that was reached through memory that may be
// changing, and no copy in a map. Those, and all for which f returns nil, are shown by their
// fields, as are objects for which f panics or does not return; then a note says so. What f returns
// is read as plain data: redacted, without guards, and through no further lens.
//
// Lens panics if f is not such a function.
func (r *Registry) Lens(f any) {
	if err := r.objects.SetLens(f); err != nil {
		panic("registry: Lens: " + err.Error())
	}
}
