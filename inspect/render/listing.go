package render

// listing returns a list whose rows consist of text alone, such as a part of dir(), as a page
// without quotes and names; nil if n is no such list.
func (n *Node) listing() *Page {
	if !n.isAnswer() || n.Err != "" {
		return nil
	}
	first := n.Items[0].Node
	rows := make([][]string, len(n.Items))
	for i, item := range n.Items {
		if item.Node == nil || !item.Node.isRow() || !item.Node.sameColumns(first) {
			return nil
		}
		for _, field := range item.Node.Items {
			text, ok := field.Node.Scalar.(string)
			if !ok || field.Node.Cut != nil || field.Node.Hidden {
				return nil
			}
			rows[i] = append(rows[i], text)
		}
	}
	p := &Page{}
	columns := make([]Column, len(first.Items))
	for c := range columns {
		columns[c].Role = listingRoles[min(c, len(listingRoles)-1)]
	}
	p.Columns(rows, columns...)
	for _, s := range (&writer{}).tail(n) {
		p.Text(s.text, s.role)
	}
	return p
}

// listingRoles are the colours of the columns: a name, a type, and text about them.
var listingRoles = [...]Role{NameRole, TypeRole, PlainRole}
