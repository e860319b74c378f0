if call('EXISTS', READY) == 0 then return { 'COLD' } end
