package inspect

// The types of TestSelectors, which type-checks this file by itself.

//lint:file-ignore U1000 the types are there to be looked at

type (
	selA     struct{ ID, Name, own int }
	selB     struct{ ID, name int }
	selC     struct{ selA }
	selD     struct{ selB }
	selShort struct{ Name string }
	selPtr   struct{ *selA }
	selSelf  struct {
		*selSelf
		Value int
	}
	selM    struct{ other int }
	selN    struct{ selM }
	selIDer interface{ ID() int }
	selNum  int
	selOver struct{ selM }
)

func (selM) ID() int      { return 1 }
func (*selM) Name() int   { return 1 }
func (selNum) Value() int { return 1 }
func (selOver) ID() int   { return 2 }

type (
	selAB struct {
		selA
		selB
	}
	selAB3 struct { // ambiguous two levels down
		selC
		selD
	}
	selDeep struct { // the shallower one wins
		selC
		selB
	}
	selTwice struct { // one type on two ways of one length
		selC
		selPtr
	}
	selUneven struct { // one type on two ways, the shorter wins
		selC
		selA
	}
	selFieldMethod struct { // a field and a method on one level
		selA
		selM
	}
	selFieldDeepMethod struct { // the method is deeper
		selA
		selN
	}
	selMethodShallow struct { // the method is shallower
		selC
		selM
	}
	selFieldInterface struct {
		selA
		selIDer
	}
	selFieldNumber struct {
		selSelf
		selNum
	}
	selTwoMethods struct { // the methods hide each other, and the field
		selM
		selIDer
		selC
	}
	selOverridden struct {
		selB
		selOver
	}
	selOwn struct { // its own wins over all
		selA
		selB
		ID string
	}
	selOwnMethod struct {
		selA
		selB
	}
	selPointers struct {
		*selA
		*selB
	}
	selMixed struct {
		selAB
		selShort
	}
	selBelow struct{ selAB }
)

func (selOwnMethod) Name() int { return 3 }
