UPDATE settle.counter SET value = $1 WHERE name = 'watermark' AND value < $1
