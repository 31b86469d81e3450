"""The official vet's on-site check of every declared batch (现场检疫): checklist, evidence, verdict."""
