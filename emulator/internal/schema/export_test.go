package schema

import "encoding/json"

// Proved reports whether a value is proved to fit a definition, and whether the validator says that it does.
func (s *Set) Proved(name string, value any) (proved, valid bool, err error) {
	c, err := s.schema(name)
	if err != nil {
		return false, false, err
	}
	doc, err := json.Marshal(value)
	if err != nil {
		return false, false, err
	}
	return c.proof != nil && c.proof.Holds(doc), c.schema.Validate(value) == nil, nil
}

// Provable reports whether a definition has a proof.
func (s *Set) Provable(name string) bool {
	c, err := s.schema(name)
	return err == nil && c.proof != nil
}
