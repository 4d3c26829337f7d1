package registry

// Act lets the Look call what [Actions] names. approve is asked before each such call, with the
// call as one would type it, and no guard is held meanwhile; an error of it refuses the call. nil,
// as in the beginning, refuses all.
func (l *Look) Act(approve func(call string) error) { l.approve = approve }

// approved says whether the method of that name, which may be an action, may run now.
func (v *View) approved(name string, args []any) error {
	if _, action := v.allows(name); !action {
		return nil
	}
	call := v.callPath(name, args)
	if call == "" {
		call = v.receiver().String() + "." + name
	}
	if err := v.look.approve(call); err != nil {
		return &MethodError{Type: v.receiver().String(), Method: name, Why: "was not run: " + err.Error(), Refused: true}
	}
	return nil
}
