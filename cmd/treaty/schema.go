package main

import "treaty/schema"

type schemaCommand struct {
	Kind string `arg:"" enum:"plan,approval,receipt,config" help:"One of ${enum}."`
}

// Run prints the schema.
func (c *schemaCommand) Run(a *app) error {
	_, err := a.stdout.Write(schema.Text(schema.Kind(c.Kind)))
	return err
}
