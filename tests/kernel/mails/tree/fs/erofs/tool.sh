#!/bin/sh
echo erofs
