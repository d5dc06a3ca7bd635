package main

import "treaty/schema"

type schemaCommand struct {
	Kind string `arg:"" name:"KIND" enum:"plan,approval,receipt,config,status,doctor,snapshot" help:"plan, approval, receipt, config, status, doctor or snapshot."`
}

// Run prints the schema.
func (c *schemaCommand) Run(a *app) error {
	_, err := a.Stdout.Write(schema.Text(schema.Kind(c.Kind)))
	return err
}
