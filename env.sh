export MC='mariadb -uroot -p627a59a68150c95085c411ca9996d838 -h127.0.0.1 -P30935'
