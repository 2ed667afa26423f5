"""The ten special actions of the first campaign, one plugin a folder; `environment` is the example to follow."""
