// Package config is what is configured: for a tree, in LOCAL/.treaty/config.json, and for a person on this machine. It
// reads and checks both, shapes the options of a plan by a tree's, and writes that anew with a key changed and all else
// left where it stands.
//
// What is wrong is told as values (Invalid, schema.Errors); what to type about it is for the commands to say.
package config
