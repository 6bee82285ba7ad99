<?php
/* Plugin Name: Noise */
// Prints something in front of every answer.
echo "Notice: all is well\n";
