package inspect

import (
	"regexp"
	"testing"
)

func TestRegexp(t *testing.T) {
	for _, expr := range []string{"", `^sku-\d+$`} {
		v, err := Of(regexp.MustCompile(expr)).Elem()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Scalar(1 << 10); got != expr || err != nil {
			t.Errorf("%q is %v, %v", expr, got, err)
		}
	}
	var zero struct{ rule regexp.Regexp }
	v, err := Of(&zero).Elem()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Field(0).Scalar(1 << 10); got != "" || err != nil {
		t.Errorf("the zero Regexp is %v, %v", got, err)
	}
}
