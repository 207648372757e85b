-- Stop what runs for a search, wherever it runs on this server. Takes: search. Does not wait for it.
KILL QUERY WHERE Settings['log_comment'] = {search:String} ASYNC
