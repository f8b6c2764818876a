// OpenStack
