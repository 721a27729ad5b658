"""Side tables about a staged function; never attributes on its nodes."""
