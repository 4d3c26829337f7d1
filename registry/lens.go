package registry

// Lens sets a lens on [Default]; see [Registry.Lens].
func Lens(f any) { Default.Lens(f) }

// Lens says how objects of one of the application's own types are to be seen: f is a
// func(p *T) any for a struct T, and what it returns stands in place of the fields in
// answers, as in
//
//	reg.Lens(func(db *sql.DB) any { return db.Stats() })
//
// In expressions db.OpenConnections is then the lens's, and the fields of T itself can still be named: a field of
// T comes before one of the same name that the lens shows. A second Lens for a type replaces the first.
//
// Where it returns nil the fields are shown. f is the application's code and runs as its methods do: on an object that was reached by solid
// hops, with no guard held, on a goroutine of its own, for at most [Registry.CallTime], once for each object in a
// look. If it panics or does not return that is said, and the fields are shown. So are those of an object that was reached
// through memory that may be changing, or is a copy in a map: f is not given such. What
// f returns is read as plain data: under the rules of redaction, without guards, and no lens is looked through in it.
//
// It panics if f is not such a function.
func (r *Registry) Lens(f any) {
	if err := r.objects.SetLens(f); err != nil {
		panic("registry: Lens: " + err.Error())
	}
}
